import { join } from "node:path";
import { analyse, type AnalysisOptions, type Finding } from "mesh-access";
import type { Manifest } from "../../components/manifest.js";
import type { MachineName } from "../outside/outside.js";
import { addFixtures, removeFixtures, type FixtureNamespace } from "../scenarios/fixtures.js";
import type { RunningLab } from "../scenarios/runningLab.js";
import { gatewayPods, type Who } from "../scenarios/stage.js";
import { Configuration } from "./configuration.js";
import { identityOf } from "./delta.js";
import { Istioctl, type IstioctlMessage } from "./istioctl.js";
import { installMesh, removeMesh, type PlainMeshSettings } from "./plainMesh.js";
import { Sandbox, type Attempted, type Judgement } from "./sandbox.js";

/** What stands while one configuration after another is looked at. */
export interface Setting extends PlainMeshSettings {
  /** Names the folder of what is given to istioctl. */
  readonly name: string;
  readonly machines: readonly MachineName[];
  /** Who tries the connections. */
  readonly fixtures: readonly FixtureNamespace[];
  /** The configuration at first; with it come the gateway's pods. */
  readonly standing: readonly Manifest[];
  /** The gateway's pods. @default those of this project's gateway */
  readonly gateway?: Who;
  /** What the analysis is told beside the objects. */
  readonly options: AnalysisOptions;
}

/** What became of one configuration's connections, and what was said of it before. */
export interface Look extends Judgement {
  readonly istioctl: readonly IstioctlMessage[];
}

/** Why the API server takes a configuration for none. */
export type Refusal = string;

/** What stands on the cluster once the setting is there. */
interface Standing {
  readonly sandbox: Sandbox;
  readonly configuration: Configuration;
  /** Other namespaces, pods, the mesh's settings: istioctl is given these too. */
  readonly surroundings: readonly object[];
}

/** A mesh with callers and a gateway, on which configurations take turns. */
export class Workbench {
  private readonly istioctl: Istioctl;
  private standing?: Standing;

  constructor(
    private readonly lab: RunningLab,
    private readonly setting: Setting,
  ) {
    const { host } = lab;
    this.istioctl = new Istioctl(host.servers.programs.istioctl, join(host.folder, "istioctl", setting.name));
  }

  async setUp(): Promise<void> {
    const { host, stage } = this.lab;
    const { machines, fixtures, standing, gateway = gatewayPods, options } = this.setting;
    await stage.outside.admitEverybody();
    await Promise.all([stage.outside.start(machines), installMesh(host, stage, this.setting)]);
    const sandbox = await Sandbox.open(stage, options, gateway);
    const configuration = new Configuration(sandbox.cluster);
    this.standing = { sandbox, configuration, surroundings: [] };
    await configuration.become(standing.filter(({ kind }) => kind === "Namespace"));
    const [refused] = await Promise.all([configuration.become(standing), addFixtures(stage, fixtures)]);
    if (refused) throw new Error(`The API server refuses what everything is to stand beside: ${refused}`);
    await stage.agent.waitReady(gateway.namespace, gateway.labels);
    const own = new Set(standing.map(identityOf));
    const surroundings = (await sandbox.objects()).filter((object) => !own.has(identityOf(object)));
    this.standing = { sandbox, configuration, surroundings };
  }

  /** Makes a configuration stand, and tries connections. */
  async look(manifests: readonly Manifest[], attempts: readonly Attempted[]): Promise<Look | Refusal> {
    if (!this.standing) throw new Error("Nothing is set up yet: call setUp first.");
    const { sandbox, configuration, surroundings } = this.standing;
    const refused = await configuration.become(manifests);
    if (refused !== undefined) return refused;
    const [judgement, istioctl] = await Promise.all([
      sandbox.judge(attempts),
      this.istioctl.analyze([...surroundings, ...manifests]),
    ]);
    return { ...judgement, istioctl };
  }

  /** What the analysis finds of the configuration that stands, beside what it says of single connections. */
  async findings(): Promise<readonly Finding[]> {
    const objects = (await this.standing?.sandbox.objects()) ?? [];
    return analyse(objects, this.setting.options).findings;
  }

  /** Removes all of it, also what was set up in part. */
  async clear(): Promise<void> {
    const { host, stage } = this.lab;
    await this.standing?.configuration.become([]);
    this.standing?.sandbox.close();
    await Promise.all([removeFixtures(stage, this.setting.fixtures), removeMesh(host, stage)]);
  }
}
