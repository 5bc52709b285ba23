type Field = { what: string; least: number; most: number; names?: readonly string[] };

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const fields: readonly [Field, Field, Field, Field, Field] = [
  { what: 'minute', least: 0, most: 59 },
  { what: 'hour', least: 0, most: 23 },
  { what: 'day of the month', least: 1, most: 31 },
  { what: 'month', least: 1, most: 12, names: months },
  // 7 is Sunday as well.
  { what: 'day of the week', least: 0, most: 7, names: weekdays },
];

const daysOfMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * What is wanted instead of a cron expression, or undefined when it is good: five fields of `*`, numbers, names,
 * ranges, lists and steps, as POSIX and every crontab have them. What goes beyond that (seconds, `@daily`, `L`, `W`, `#`)
 * means something else to each program, and is refused.
 */
export function cronFault(text: string): string | undefined {
  const parts = text.trim().split(/\s+/);
  if (text.length > 200 || parts.length !== fields.length) {
    return "five fields: minute, hour, day of the month, month, day of the week, such as '0 3 * * 1-5'";
  }
  for (const [index, field] of fields.entries()) {
    const fault = fieldFault(parts[index] ?? '', field);
    if (fault !== undefined) return fault;
  }
  const [, , days = '', monthsGiven = '', weekday] = parts;
  if (weekday !== '*' || days.startsWith('*')) return undefined;
  const firstDay = Math.min(...valuesOf(days, fields[2]));
  const isThere = valuesOf(monthsGiven, fields[3]).some((month) => firstDay <= (daysOfMonth[month - 1] ?? 0));
  return isThere ? undefined : `a day that the month has: day ${firstDay} of these months never comes`;
}

function fieldFault(text: string, field: Field): string | undefined {
  const { what, least, most, names } = field;
  const named = names === undefined ? '' : ` or ${names[0]} to ${names.at(-1)}`;
  for (const item of text.split(',')) {
    const [, from, to, step] = /^(\*|[a-z0-9]+)(?:-([a-z0-9]+))?(?:\/(\d{1,3}))?$/i.exec(item) ?? [];
    const first = from === undefined || from === '*' ? least : numberOf(from, field);
    const last = to === undefined ? first : numberOf(to, field);
    if (
      from === undefined ||
      (from === '*' && to !== undefined) ||
      first === undefined ||
      last === undefined
    ) {
      return `for the ${what}, in place of "${item}", *, or ${least} to ${most}${named}, in lists (1,3), ranges (1-3) and steps (*/3)`;
    }
    if (last < first) return `for the ${what}, a range from the smaller to the larger in place of "${item}"`;
    if (step === undefined) continue;
    if (from !== '*' && to === undefined)
      return `for the ${what}, ${from}-${most}/${step} in place of "${item}"`;
    if (Number(step) < 1 || Number(step) > most) return `for the ${what}, a step of 1 to ${most}`;
  }
  return undefined;
}

function numberOf(text: string, { least, most, names }: Field): number | undefined {
  const name = names?.indexOf(text.toLowerCase()) ?? -1;
  // The names of months begin at 1, those of weekdays at 0, each at the least that its field takes.
  const value = name >= 0 ? name + least : /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}

/** Of a field without faults. */
function valuesOf(text: string, field: Field): number[] {
  return text.split(',').flatMap((item) => {
    const [range = '', step = '1'] = item.split('/');
    const [from = '', to = from] = range.split('-');
    const first = from === '*' ? field.least : (numberOf(from, field) ?? field.least);
    const last = from === '*' ? field.most : (numberOf(to, field) ?? first);
    const count = Math.floor((last - first) / Number(step)) + 1;
    return Array.from({ length: count }, (_, index) => first + index * Number(step));
  });
}
