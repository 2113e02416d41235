import type * as pulumi from "@pulumi/pulumi";

/** Arguments that managed databases of every cloud share. */
export interface ManagedDatabaseArgs {
  /** What is spoken on the wire. */
  protocol: "mysql" | "postgres";
  /** Port the database listens on. */
  port: number;
  /** Version as the cloud writes it. */
  engineVersion: string;
  /** Machine class as the cloud writes it. */
  instanceType: string;
  /** Disk, in GiB.
   * @default 20 */
  storageGib?: number;
  /** Name of the administrator.
   * @default "dbadmin" */
  user?: string;
  /** The administrator's password; kept as a secret. */
  password: pulumi.Input<string>;
  /** Refuse applications that do not speak TLS to the database.
   * @default true */
  requireTls?: boolean;
  /** Refuse to delete the instance.
   * @default true */
  deletionProtection?: boolean;
}

/** A database made with the platform, which admits its egress gateway only. */
export interface ManagedDatabase extends pulumi.ComponentResource {
  /** Name that applications dial. */
  readonly host: pulumi.Output<string>;
  readonly port: number;
}
