import type { Probe } from "../probes/probe.js";

/** A request that an attacker makes of the API server. */
export interface Attempt {
  readonly observation: string;
  readonly title: string;
  /** Arguments of kubectl, and the object that goes with them. */
  readonly args: readonly string[];
  readonly object?: object;
  /** Whether an admission policy of the stack refuses it. */
  readonly refused: boolean;
}

/** Creates an object as the API server would, and keeps nothing of it. */
export function create(observation: string, title: string, object: object, refused = true): Attempt {
  return { observation, title, args: ["create", "--dry-run=server", "-f", "-"], object, refused };
}

/** Policies of the API server hold for its administrators too, so that the attempts need no rights of their own. */
export function attempt({ observation, title, args, object, refused }: Attempt): Probe {
  const outcome = (isRefused: boolean): string => (isRefused ? "refused by an admission policy" : "accepted");
  return {
    observation,
    title,
    expected: outcome(refused),
    run: async ({ kubectl }) => {
      const refusal = await kubectl(args, object).then(
        () => undefined,
        (error: unknown) => String((error as { stderr?: string }).stderr ?? error),
      );
      const byPolicy = refusal !== undefined && /ValidatingAdmissionPolicy '[^']*\.mesh-egress'/.test(refusal);
      const seen = refusal === undefined || byPolicy ? outcome(byPolicy) : "failed";
      return { passed: seen === outcome(refused), seen, evidence: refusal ?? args.join(" ") };
    },
  };
}
