/** What Travis does by itself for a language, and which image stands for its virtual machine. */
export type Language = {
  /** As images are named by it in settings. */
  name: string;
  /** The key under which its versions stand; a list of them multiplies the jobs. */
  key?: string;
  /** The version when none is given. */
  usual?: string;
  /** The official image of a version; undefined when there is none. */
  image(version: string): string | undefined;
  /** Lines of shell. None: a job must say them. */
  install?: string;
  script?: string;
};

/** `18`, `18.x`, `18.2.0`: what images are tagged with. */
export function numberOf(version: string): string | undefined {
  const [, number] = /^(\d+(?:\.\d+){0,2})(?:\.x)?$/.exec(version) ?? [];
  return number;
}
