import assert from "node:assert/strict";

import { Slots } from "../../node/slots.js";

describe("slots", () => {
  it("let so many in, and the next when one leaves, in the order they came", async () => {
    const slots = new Slots(2);
    const [leave] = [await slots.take(), await slots.take()];
    const entered: number[] = [];
    const waiting = [1, 2].map((number) => slots.take().then(() => entered.push(number)));
    await Promise.resolve();
    assert.deepEqual(entered, []);
    leave?.();
    leave?.(); // leaving twice frees one slot only
    await waiting[0];
    assert.deepEqual(entered, [1]);
  });
});
