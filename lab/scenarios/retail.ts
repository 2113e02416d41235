import { http } from "../probes/http.js";
import type { Probe } from "../probes/probe.js";
import type { Config, Scenario } from "./scenario.js";
import { stackConfig } from "./stackFile.js";
import { addressOf, type Who } from "./stage.js";

const name = (service: string) => ({ "app.kubernetes.io/name": service });
const ui: Who = { namespace: "ui", labels: name("ui") };
const orders: Who = { namespace: "orders", labels: name("orders") };
const catalog: Who = { namespace: "catalog", labels: { ...name("catalog"), "app.kubernetes.io/component": "service" } };
const catalogMysql: Who = {
  namespace: "catalog",
  labels: { ...name("catalog"), "app.kubernetes.io/component": "mysql" },
};
/** The pages' labels, in a namespace that is not theirs. */
const sameLabels: Who = { namespace: "unlisted", labels: { ...name("ui"), "app.kubernetes.io/component": "service" } };

const products = "http://catalog.catalog.svc.cluster.local/catalog/products";
const mysql = "http://catalog-mysql.catalog.svc.cluster.local:3306/";
const found = { status: "200", body: /Pocket watch/ };
/** curl's exit code when its time is over. */
const timesOut = { status: "000", exitCode: [28] };
/** curl's exit code for a server that talks, but not HTTP. */
const talks = { status: "000", exitCode: [1, 8, 52, 56] };

function request(
  observation: string,
  title: string,
  from: Who,
  rest: Pick<Parameters<typeof http>[0], "url" | "expect" | "options">,
): Probe {
  return http({ observation, title, from, ...rest });
}

/** Ingress control between services. */
export const retailScenario: Scenario = {
  name: "retail",
  title: "The catalog answers the pages only, and its database the catalog only",
  config: () => stackConfig("retail"),
  secrets: async ({ password }) => ({ catalogPassword: password }),
  machines: [],
  fixtures: [{ name: "unlisted", injection: false, workloads: [{ name: "ui", labels: sameLabels.labels }] }],
  steps: [
    {
      title: "the shop as it is",
      probes: [
        request("a", "the pages reach the catalog", ui, { url: products, expect: found }),
        request("a", "the shop's page shows the catalog's products", ui, {
          url: "http://127.0.0.1:8080/",
          expect: found,
        }),
        request("b", "orders reaching for the catalog times out", orders, { url: products, expect: timesOut }),
        request("b", "also by the pod's address", orders, {
          url: (stage) => `http://${addressOf(stage.pod(catalog))}:8080/catalog/products`,
          expect: timesOut,
        }),
        request("b", "also with a forged Host", orders, {
          url: products,
          options: ["-H", "Host: ui.ui.svc"],
          expect: timesOut,
        }),
        request("b", "a pod with the pages' labels in another namespace times out", sameLabels, {
          url: products,
          expect: timesOut,
        }),
        request("c", "orders reaching for the catalog's MySQL times out", orders, { url: mysql, expect: timesOut }),
        request("c", "also by the pod's address", orders, {
          url: (stage) => `http://${addressOf(stage.pod(catalogMysql))}:3306/`,
          expect: timesOut,
        }),
        request("c", "so do the pages", ui, { url: mysql, expect: timesOut }),
        request("d", "the catalog's MySQL talks to the catalog", catalog, { url: mysql, expect: talks }),
        request("d", "and the catalog's answer comes from it", ui, { url: products, expect: found }),
      ],
    },
  ],
  change: {
    title: "a further flow",
    config: (config: Config) => {
      const network = config["network"] as { flows: object[] };
      const flow = {
        name: "orders-to-catalog",
        from: { namespace: "orders" },
        to: { namespace: "catalog", labels: catalog.labels },
        ports: [8080],
      };
      return { ...config, network: { ...network, flows: [...network.flows, flow] } };
    },
    expect: [/^create NetworkPolicy .*orders-to-catalog-egress/, /^create NetworkPolicy .*orders-to-catalog-ingress/],
  },
};
