import { describe, expect, it } from 'vitest';
import type { Machine } from '../../../../runners/deploy/codedeploy/fleet.ts';
import { noSteps, tellSteps } from '../../../../runners/deploy/codedeploy/lifecycle-steps.ts';

type Looks = readonly (readonly Machine[])[];

/** `Stop:Succeeded Start:Failed` */
function machine(id: string, status: Machine['status'], events: string, label?: 'Blue' | 'Green'): Machine {
  const listed = events.split(' ').map((event) => {
    const [name = '', its = ''] = event.split(':');
    return { name, status: its as Machine['events'][number]['status'] };
  });
  return { id, status, events: listed, ...(label && { label }) };
}

/** Looks one after the other, the last of them after the end. */
function tellAll(looks: Looks): string[] {
  let told = noSteps;
  return looks.flatMap((machines, i) => {
    const next = tellSteps(told, machines, i === looks.length - 1);
    told = next.told;
    return next.events.map((event) => {
      if (event.type === 'step-started') return `> ${event.name}`;
      if (event.type === 'step-finished') return `< ${event.name} ${event.outcome}`;
      return event.type === 'output' ? event.text.trimEnd() : '';
    });
  });
}

describe('lifecycle events as steps', () => {
  it('begin and end as the instance goes through them', () => {
    const looks = [
      [machine('i', 'Pending', 'Stop:Pending Start:Pending')],
      [machine('i', 'InProgress', 'Stop:InProgress Start:Pending')],
      [machine('i', 'InProgress', 'Stop:Succeeded Start:InProgress')],
      [machine('i', 'Succeeded', 'Stop:Succeeded Start:Succeeded')],
    ];
    expect(tellAll(looks)).toEqual(['> Stop', '< Stop success', '> Start', '< Start success']);
  });

  it('never overlap while one instance after the other is deployed to', () => {
    const looks = [
      [
        machine('a', 'InProgress', 'Stop:Succeeded Start:InProgress'),
        machine('b', 'Pending', 'Stop:Pending Start:Pending'),
      ],
      [
        machine('a', 'Succeeded', 'Stop:Succeeded Start:Succeeded'),
        machine('b', 'InProgress', 'Stop:InProgress Start:Pending'),
      ],
      [
        machine('a', 'Succeeded', 'Stop:Succeeded Start:Succeeded'),
        machine('b', 'Succeeded', 'Stop:Succeeded Start:Succeeded'),
      ],
    ];
    expect(tellAll(looks)).toEqual([
      '> Stop',
      'a: Stop succeeded',
      'b: Stop succeeded',
      '< Stop success',
      '> Start',
      'a: Start succeeded',
      'b: Start succeeded',
      '< Start success',
    ]);
  });

  it('that a failure kept from happening are skipped, also on other instances', () => {
    const looks = [
      [
        machine('a', 'Failed', 'Stop:Failed Start:Pending'),
        machine('b', 'Skipped', 'Stop:Pending Start:Pending'),
      ],
    ];
    expect(tellAll(looks)).toEqual([
      '> Stop',
      'a: Stop failed',
      '< Stop failure',
      '> Start',
      '< Start skipped',
    ]);
  });

  it('that were under way when a deployment was stopped are cancelled', () => {
    const looks = [[machine('i', 'InProgress', 'Stop:Succeeded Start:InProgress')]];
    expect(tellAll(looks)).toEqual(['> Stop', '< Stop success', '> Start', '< Start cancelled']);
  });

  it('come with the new instances of blue/green first', () => {
    const looks = [
      [
        machine('old', 'Succeeded', 'BlockTraffic:Succeeded', 'Blue'),
        machine('new', 'Succeeded', 'Install:Succeeded', 'Green'),
      ],
    ];
    expect(tellAll(looks).filter((line) => line.startsWith('<'))).toEqual([
      '< Install success',
      '< BlockTraffic success',
    ]);
  });

  it('tell of an instance that joined late and failed', () => {
    const looks = [
      [machine('a', 'InProgress', 'Stop:Succeeded Start:InProgress')],
      [
        machine('a', 'InProgress', 'Stop:Succeeded Start:InProgress'),
        machine('b', 'Failed', 'Stop:Failed Start:Pending'),
      ],
      [
        machine('a', 'Succeeded', 'Stop:Succeeded Start:Succeeded'),
        machine('b', 'Failed', 'Stop:Failed Start:Pending'),
      ],
    ];
    expect(tellAll(looks)).toEqual([
      '> Stop',
      '< Stop success',
      '> Start',
      'b: Stop failed',
      'a: Start succeeded',
      '< Start success',
    ]);
  });
});
