import type { Change, Properties } from "./properties.js";

/** The engine's questions about one type of resource, free of the wire format. Inputs may hold secrets and unknowns. */
export interface ResourceType {
  check(request: CheckRequest): Promise<Properties>;
  diff(request: DiffRequest): Promise<Difference>;
  create(request: CreateRequest): Promise<{ id: string; outputs: Properties }>;
  /** Undefined when the resource is gone. */
  read(request: ReadRequest): Promise<{ id: string; inputs: Properties; outputs: Properties } | undefined>;
  update(request: UpdateRequest): Promise<Properties>;
  delete(request: DeleteRequest): Promise<void>;
}

export interface CheckRequest {
  /** `kubernetes:apps/v1:Deployment` */
  type: string;
  /** The resource's name in the program, from which a missing object name is made. */
  logicalName: string;
  oldInputs: Properties;
  newInputs: Properties;
}

export interface DiffRequest {
  oldInputs: Properties;
  newInputs: Properties;
}

/** What differs, and which of it the API server cannot change in place. */
export interface Difference {
  changes: (Change & { replaces: boolean })[];
  /** The old and the new resource would have the same identity, so they cannot exist side by side. */
  deleteBeforeReplace: boolean;
}

interface Operation {
  type: string;
  urn: string;
  /** Set by `customTimeouts`; 0 when the program leaves it to the provider. */
  timeoutSeconds: number;
  /** Ends the waiting when the engine goes away or cancels. */
  signal: AbortSignal;
}

export interface CreateRequest extends Operation {
  inputs: Properties;
  preview: boolean;
}

export interface UpdateRequest extends Operation {
  id: string;
  oldInputs: Properties;
  oldOutputs: Properties;
  newInputs: Properties;
  preview: boolean;
}

export interface DeleteRequest extends Operation {
  id: string;
  inputs: Properties;
  outputs: Properties;
}

export interface ReadRequest {
  type: string;
  id: string;
  urn: string;
  inputs: Properties;
  outputs: Properties;
}

/** The resource exists but does not work. The engine keeps it in its state and tries an update next time. */
export class NotReadyError extends Error {
  constructor(
    readonly id: string,
    readonly inputs: Properties,
    readonly outputs: Properties,
    readonly reason: string,
  ) {
    super(reason);
  }
}
