import assert from "node:assert/strict";
import { answersOf, outagesOf, summaryOf, type StreamEvent } from "../../faults/streamReport.js";

const answer = (at: number, connection = 7): StreamEvent => ({ at, answer: `rds\t${connection}\t10.244.1.2` });
const failure = (at: number, message = "ERROR 2013"): StreamEvent => ({ at, failure: message });

describe("What became of a query stream", () => {
  it("tells server, connection and gateway of each answer", () => {
    assert.deepEqual(answersOf([answer(1), failure(2)]), [
      { at: 1, server: "rds", connection: 7, through: "10.244.1.2" },
    ]);
  });

  it("is no outage as long as nothing fails, however slow the answers are", () => {
    assert.deepEqual(outagesOf([answer(0), answer(9_000)]), []);
  });

  it("is one outage from the last answer to the next, whatever fails between", () => {
    const events = [answer(0), answer(1_000), failure(1_100), failure(2_000), answer(2_500, 8)];
    assert.deepEqual(outagesOf(events), [{ seconds: 1.5, failures: ["ERROR 2013", "ERROR 2013"], over: true }]);
  });

  it("is an outage without an end when nothing answers any more", () => {
    assert.deepEqual(outagesOf([answer(0), failure(500), failure(3_000)]), [
      { seconds: 3, failures: ["ERROR 2013", "ERROR 2013"], over: false },
    ]);
  });

  it("reads as a sentence", () => {
    assert.equal(summaryOf([]), "no failure");
    assert.equal(
      summaryOf(outagesOf([answer(0), failure(100), answer(200)])),
      "1 failure, without an answer for 0.2 s",
    );
    assert.equal(
      summaryOf(outagesOf([answer(0), failure(100), failure(2_000)])),
      "2 failures, without an answer for 2.0 s and still",
    );
  });
});
