import assert from "node:assert/strict";
import { compare, type Tried } from "../../agreement/compare.js";
import { analysisOptions } from "../../mutations/base.js";
import { mutated } from "../cases/mutatedScene.js";

const objects = mutated(() => undefined);
const orders = { host: "rm-example.mysql.rds.aliyuncs.com", port: 3306 };

function tried(workload: string, seen: Tried["seen"], further: Partial<Tried> = {}): Tried {
  const [namespace = "", name = ""] = workload.split("/");
  return {
    from: { namespace, workload: name, serviceAccount: name },
    to: orders,
    through: "sidecar",
    seen,
    ...further,
  };
}

const judge = (...all: Tried[]) => compare(objects, all, analysisOptions);

describe("predictions held against probes", () => {
  it("agree where the client was answered by the path that was predicted", () => {
    assert.equal(judge(tried("shop/buyer", "answers", { path: "gateway" })).disagreements.length, 0);
  });

  it("disagree on a path, even if an answer came", () => {
    const [found] = judge(tried("shop/buyer", "answers", { path: "direct" })).disagreements;
    assert.equal(found?.predicted, "gateway");
    assert.ok(found?.because.some((link) => link.startsWith("VirtualService istio-egress/orders")));
  });

  it("disagree where an unauthorized client was answered", () => {
    assert.equal(judge(tried("unlisted/passer", "answers")).disagreements.length, 1);
    assert.equal(judge(tried("unlisted/passer", "blocked")).disagreements.length, 0);
  });

  it("take a handshake packet for all that a silent client can see of an answer", () => {
    assert.equal(judge(tried("shop/buyer", "handshake", { waits: "handshake" })).disagreements.length, 0);
    assert.equal(judge(tried("shop/buyer", "handshake")).disagreements.length, 1);
  });

  it("hold the way round apart from the path through the mesh", () => {
    assert.equal(judge(tried("shop/buyer", "answers", { through: "bypass", path: "direct" })).disagreements.length, 0);
    assert.equal(judge(tried("shop/buyer", "blocked", { through: "bypass" })).disagreements.length, 1);
  });

  it("leave out pairs the objects say nothing of", () => {
    assert.equal(judge(tried("nowhere/nobody", "blocked")).compared, 0);
  });
});
