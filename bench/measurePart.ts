import type { Findings, PartReport } from "./figures.js";
import { load, machine } from "./machine.js";
import type { Bench, Part } from "./part.js";

/** Runs a part, tells its progress on the error output, and adds under which circumstances its figures were taken. */
export async function measurePart(part: Part, bench: Omit<Bench, "tell">): Promise<PartReport> {
  const tell = (line: string): void => console.error(`${part.name}: ${line}`);
  return reported(part, () => part.run({ ...bench, tell }));
}

/** A part's findings as its report has them. */
export async function reported(
  { title, method }: Pick<Part, "title" | "method">,
  run: () => Promise<Findings>,
  versions: Record<string, string> = {},
): Promise<PartReport> {
  const [began, loadAtStart] = [performance.now(), load()];
  const findings = await run();
  const seconds = (performance.now() - began) / 1000;
  return {
    title,
    method,
    takenAt: new Date().toISOString(),
    machine: { ...machine(), ...versions },
    seconds,
    loadAtStart,
    ...findings,
  };
}
