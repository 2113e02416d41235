import type { AlertName, Severity } from "../../../settings/alerts.js";

/** A database that the rules know by name, with its limit. Others appear in them once they are used. */
export interface WatchedDatabase {
  /** Host of the database. */
  host: string;
  /** Port of the database. */
  port: number;
  /** Most connections of one gateway pod to it (`limits.maxConnections`). */
  maxConnections: number;
}

/** A change to one alert. */
export interface AlertChange {
  /** Name of the alert. */
  name: AlertName;
  /** Write it at all. @default true */
  enabled?: boolean;
  /** Its label `severity`. @default the alert's own */
  severity?: Severity;
  /** How long its condition must hold before it fires. @default the alert's own */
  for?: string;
  /** Where its condition begins to hold, in the alert's unit. @default the alert's own */
  threshold?: number;
}

/** All that decides how rules are written. */
export interface RuleContext {
  /** Label of its series and alerts: namespace and name. */
  gateway: string;
  /** The gateway's pods in PromQL, without braces. */
  pods: string;
  /** The same for the control plane's pods. Undefined where nobody in the cluster can scrape it. */
  controlPlane?: string;
  /** Port of the gateway that databases share. */
  sharedPort: number;
  /** Most memory of a gateway pod, in bytes. */
  memoryLimitBytes: number;
  databases: readonly WatchedDatabase[];
  /** Time over which rates are taken, such as `5m`. */
  window: string;
}
