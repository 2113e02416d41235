/** How long a part may take. A part asks before it begins something, so that what it has found is reported in any case. */
export class Budget {
  private readonly began = performance.now();
  private readonly seconds: number;

  constructor({ minutes }: { minutes: number }) {
    this.seconds = minutes * 60;
  }

  secondsLeft(): number {
    return this.seconds - (performance.now() - this.began) / 1000;
  }

  /** Whether something that takes this long can still be begun. */
  allows({ seconds }: { seconds: number }): boolean {
    return this.secondsLeft() >= seconds;
  }
}
