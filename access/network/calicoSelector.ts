import { exists, isOneOf, someValue, type Labels } from "../model/labels.js";
import { every, not, some, type Trilean } from "../model/trilean.js";

/** A selector of Calico, ready to be asked. */
export interface CalicoSelector {
  matches(labels: Labels): Trilean;
  /** A label every selected endpoint carries, where the selector demands one. */
  required?: readonly [string, string];
}

type Token = { kind: "symbol" | "word" | "text"; value: string };

const tokenPattern =
  /\s*(?:(?<symbol>==|!=|&&|\|\||[!(){},])|(?<word>[\w./-]+)|"(?<double>[^"]*)"|'(?<single>[^']*)')/y;

/** Reads Calico's selector syntax; an empty text selects everything, as `all()`. Throws a SyntaxError that says where. */
export function parseCalicoSelector(text: string): CalicoSelector {
  const parser = new SelectorParser(text);
  return text.trim() === "" ? { matches: () => true } : parser.parse();
}

class SelectorParser {
  private readonly tokens: Token[];
  private at = 0;

  constructor(private readonly text: string) {
    this.tokens = tokenize(text);
  }

  parse(): CalicoSelector {
    const selector = this.either();
    if (this.at < this.tokens.length) this.fail("the end");
    return selector;
  }

  private either(): CalicoSelector {
    const terms = [this.both()];
    while (this.take("||")) terms.push(this.both());
    const [first] = terms;
    return terms.length === 1 && first ? first : { matches: (labels) => some(terms, (term) => term.matches(labels)) };
  }

  private both(): CalicoSelector {
    const terms = [this.operation()];
    while (this.take("&&")) terms.push(this.operation());
    const [first] = terms;
    return terms.length === 1 && first
      ? first
      : {
          matches: (labels) => every(terms, (term) => term.matches(labels)),
          required: terms.find((term) => term.required)?.required,
        };
  }

  private operation(): CalicoSelector {
    if (this.take("!")) {
      const negated = this.operation();
      return { matches: (labels) => not(negated.matches(labels)) };
    }
    if (this.take("(")) {
      const inner = this.either();
      this.expect(")");
      return inner;
    }
    const word = this.word("a label");
    return this.take("(") ? this.call(word) : this.comparison(word);
  }

  private call(name: string): CalicoSelector {
    if (name === "has") {
      const key = this.word("a label");
      this.expect(")");
      return { matches: (labels) => exists(labels(key)) };
    }
    this.expect(")");
    if (name === "all") return { matches: () => true };
    // Only endpoints and sets outside namespaces are global; a pod never is.
    if (name === "global") return { matches: () => false };
    return this.fail("has(label), all() or global()");
  }

  private comparison(key: string): CalicoSelector {
    if (this.take("==")) {
      const value = this.literal();
      return { matches: (labels) => isOneOf(labels(key), [value]), required: [key, value] };
    }
    if (this.take("!=")) {
      const value = this.literal();
      return { matches: (labels) => not(isOneOf(labels(key), [value])) };
    }
    const operator = this.word("an operator");
    if (operator === "in") return this.membership(key, (match) => match);
    if (operator === "not" && this.word("in") === "in") return this.membership(key, not);
    return this.partOfValue(key, operator);
  }

  private membership(key: string, outcome: (match: Trilean) => Trilean): CalicoSelector {
    const values: string[] = [];
    this.expect("{");
    while (!this.take("}")) {
      values.push(this.literal());
      if (!this.take(",") && this.tokens[this.at]?.value !== "}") this.fail("a comma or }");
    }
    return { matches: (labels) => outcome(isOneOf(labels(key), values)) };
  }

  private partOfValue(key: string, operator: string): CalicoSelector {
    if (operator !== "contains" && this.word("with") !== "with") this.fail("with");
    const part = this.literal();
    const tests: Record<string, (value: string) => boolean> = {
      contains: (value) => value.includes(part),
      starts: (value) => value.startsWith(part),
      ends: (value) => value.endsWith(part),
    };
    const test = tests[operator] ?? this.fail("==, !=, in, not in, contains, starts with or ends with");
    return {
      matches: (labels) => {
        const value = labels(key);
        if (value === null || value === someValue) return "unknown";
        return value !== undefined && test(value);
      },
    };
  }

  private take(symbol: string): boolean {
    const token = this.tokens[this.at];
    if (token?.kind !== "symbol" || token.value !== symbol) return false;
    this.at++;
    return true;
  }

  private expect(symbol: string): void {
    if (!this.take(symbol)) this.fail(symbol);
  }

  private word(wanted: string): string {
    const token = this.tokens[this.at++];
    return token?.kind === "word" ? token.value : this.fail(wanted);
  }

  private literal(): string {
    const token = this.tokens[this.at++];
    return token?.kind === "text" ? token.value : this.fail("a value in quotes");
  }

  private fail(wanted: string): never {
    throw new SyntaxError(`selector ${JSON.stringify(this.text)}: expected ${wanted}.`);
  }
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < end) {
    const at = tokenPattern.lastIndex;
    const groups = tokenPattern.exec(text)?.groups;
    if (!groups) throw new SyntaxError(`selector ${JSON.stringify(text)}: cannot read ${text.slice(at).trim()}.`);
    if (groups.symbol !== undefined) tokens.push({ kind: "symbol", value: groups.symbol });
    else if (groups.word !== undefined) tokens.push({ kind: "word", value: groups.word });
    else tokens.push({ kind: "text", value: groups.double ?? groups.single ?? "" });
  }
  return tokens;
}
