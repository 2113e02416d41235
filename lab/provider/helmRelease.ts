import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { execa, ExecaError } from "execa";
import { automaticName } from "./identity.js";
import { liveInputs } from "./live.js";
import {
  changes,
  conceal,
  containsUnknown,
  isObject,
  reveal,
  unknown,
  type Properties,
  type Value,
} from "./properties.js";
import {
  NotReadyError,
  type CheckRequest,
  type CreateRequest,
  type DeleteRequest,
  type Difference,
  type DiffRequest,
  type ReadRequest,
  type ResourceType,
  type UpdateRequest,
} from "./resource.js";

/** As long as the official provider waits for a release. */
const defaultTimeout = 300; // s

export interface HelmOptions {
  /** The helm command. */
  helm: string;
  /**
   * Chart name to chart directory. No chart repository can be reached from the lab, so a chart is taken from here by the
   * last part of its reference, whatever repository the program names. What stands here is in the lab's report.
   */
  charts: Record<string, string>;
  /** The kubeconfig's content. */
  kubeconfig: string;
  defaultNamespace: string;
}

/** `kubernetes:helm.sh/v3:Release`: a chart installed by helm itself, upgraded when its values change. */
export class HelmReleaseType implements ResourceType {
  constructor(private readonly options: HelmOptions) {}

  async check({ logicalName, oldInputs, newInputs }: CheckRequest): Promise<Properties> {
    const name = newInputs["name"] ?? oldInputs["name"] ?? automaticName(logicalName, {});
    return { ...newInputs, name, namespace: newInputs["namespace"] ?? this.options.defaultNamespace };
  }

  async diff({ oldInputs, newInputs }: DiffRequest): Promise<Difference> {
    return {
      changes: changes(oldInputs, newInputs).map((change) => ({
        ...change,
        replaces: ["name", "namespace"].includes(String(change.path[0])),
      })),
      deleteBeforeReplace: oldInputs["name"] === newInputs["name"] && oldInputs["namespace"] === newInputs["namespace"],
    };
  }

  async create({ inputs, preview, timeoutSeconds, signal }: CreateRequest) {
    if (preview) {
      if (!containsUnknown(inputs)) await this.render(reveal(inputs), signal);
      return { id: "", outputs: { ...inputs, status: unknown } };
    }
    return { id: releaseId(inputs), outputs: await this.install(inputs, timeoutSeconds, signal) };
  }

  async update({ newInputs, preview, timeoutSeconds, signal }: UpdateRequest): Promise<Properties> {
    if (!preview) return this.install(newInputs, timeoutSeconds, signal);
    if (!containsUnknown(newInputs)) await this.render(reveal(newInputs), signal);
    return { ...newInputs, status: unknown };
  }

  async read({ id, inputs, outputs }: ReadRequest) {
    const status = await this.status(id);
    if (!status) return undefined;
    const known = reveal(outputs)["status"];
    const isUntouched = isObject(known) && known["revision"] === status["revision"];
    const live = isUntouched ? reveal(inputs) : { ...reveal(inputs), values: await this.values(id) };
    const ours = liveInputs(reveal(inputs), reveal(inputs), live);
    return { id, inputs: conceal(ours, inputs), outputs: conceal({ ...ours, status }, inputs) };
  }

  async delete({ id, timeoutSeconds, signal }: DeleteRequest): Promise<void> {
    const [namespace = "", name = ""] = id.split("/");
    const timeout = `${timeoutSeconds || defaultTimeout}s`;
    await this.run(["uninstall", name, "-n", namespace, "--ignore-not-found", "--wait", "--timeout", timeout], signal);
  }

  /** Installs or upgrades. A failed first installation stays, marked as failed, unless the release is atomic. */
  private async install(inputs: Properties, timeoutSeconds: number, signal: AbortSignal): Promise<Properties> {
    const release = reveal(inputs);
    const seconds = Number(release["timeout"]) || timeoutSeconds || defaultTimeout;
    const flags = [
      ...(release["skipAwait"] === true ? [] : ["--wait"]),
      ...(release["waitForJobs"] === true ? ["--wait-for-jobs"] : []),
      ...(release["atomic"] === true ? ["--atomic"] : []),
      ...(release["cleanupOnFail"] === true ? ["--cleanup-on-fail"] : []),
      ...(release["createNamespace"] === true ? ["--create-namespace"] : []),
      ...(release["takeOwnership"] === true ? ["--take-ownership"] : []),
      ...["--timeout", `${seconds}s`],
    ];
    try {
      await this.withValues(release, (chart) => this.run(["upgrade", "--install", ...chart, ...flags], signal));
    } catch (error) {
      const status = await this.status(releaseId(inputs));
      if (!status) throw error;
      throw new NotReadyError(releaseId(inputs), inputs, { ...inputs, status }, (error as Error).message);
    }
    return { ...inputs, status: (await this.status(releaseId(inputs))) ?? {} };
  }

  /** Renders the chart without a cluster, so that a preview shows what its templates refuse. */
  private render(release: Properties, signal: AbortSignal): Promise<string> {
    return this.withValues(release, (chart) => this.run(["template", ...chart], signal));
  }

  private async withValues<T>(release: Properties, use: (chart: string[]) => Promise<T>): Promise<T> {
    const folder = await mkdtemp(join(tmpdir(), "helm-values-"));
    try {
      const files = [...assets(release["valueYamlFiles"]), JSON.stringify(release["values"] ?? {})];
      const paths = files.map((_, index) => join(folder, `${index}.yaml`));
      await Promise.all(files.map((text, index) => writeFile(paths[index] as string, text, { mode: 0o600 })));
      const chart = this.chartDirectory(String(release["chart"]));
      const crds = release["skipCrds"] === true ? ["--skip-crds"] : [];
      const values = paths.flatMap((path) => ["--values", path]);
      return await use([String(release["name"]), chart, "-n", String(release["namespace"]), ...values, ...crds]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  private chartDirectory(chart: string): string {
    const directory = existsSync(chart) ? chart : this.options.charts[basename(chart)];
    if (directory !== undefined) return directory;
    const known = Object.keys(this.options.charts).join(", ");
    throw new Error(`No directory is known for the chart ${chart}. Add it to the lab's charts, which has: ${known}.`);
  }

  private async status(id: string): Promise<Properties | undefined> {
    const [namespace = "", name = ""] = id.split("/");
    const list = JSON.parse(
      await this.run(["list", "--all", "-n", namespace, "--filter", `^${name}$`, "-o", "json"]),
    ) as {
      revision: string;
      status: string;
      chart: string;
      app_version: string;
    }[];
    const release = list[0];
    if (!release) return undefined;
    const { revision, status, chart, app_version: appVersion } = release;
    const version = chart.slice(chart.lastIndexOf("-") + 1);
    return { name, namespace, revision: Number(revision), status, chart, version, appVersion };
  }

  private async values(id: string): Promise<Value> {
    const [namespace = "", name = ""] = id.split("/");
    return (JSON.parse(await this.run(["get", "values", name, "-n", namespace, "-o", "json"])) as Value) ?? {};
  }

  private async run(args: string[], signal?: AbortSignal): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "helm-home-"));
    try {
      const kubeconfig = join(folder, "kubeconfig");
      await writeFile(kubeconfig, this.options.kubeconfig, { mode: 0o600 });
      const env = { KUBECONFIG: kubeconfig, HELM_CACHE_HOME: folder, HELM_CONFIG_HOME: folder, HELM_DATA_HOME: folder };
      const cancel = signal ? { cancelSignal: signal } : {};
      return (await execa(this.options.helm, args, { env, ...cancel })).stdout;
    } catch (error) {
      if (error instanceof ExecaError) throw new Error(`helm ${args[0]}: ${error.stderr || error.shortMessage}`);
      throw error;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

function releaseId(inputs: Properties): string {
  return `${String(inputs["namespace"])}/${String(inputs["name"])}`;
}

/** The text of values files given as assets. */
function assets(files: Value | undefined): string[] {
  return Array.isArray(files) ? files.filter(isObject).map((asset) => String(asset["text"] ?? "")) : [];
}
