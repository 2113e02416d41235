/** Why the API server refuses a field: `access/validation`. */
export const validationMessages = {
  "expected-type": "expected {type}, found {found}",
  "unknown-field": "the API has no such field; it has {known}",
  "unknown-field-nearest": "the API has no such field; did you mean {meant}?",
  "expected-one-of": "expected one of {values}",
  "needs-values": "operator {operator} needs at least one value",
  "takes-no-values": "operator {operator} takes no values",
  "bad-label-key":
    '"{key}" is not a valid label key: write up to 63 letters, digits, "-", "_" or ".", with a DNS name and "/" before them if needed',
  "bad-label-value":
    '"{value}" is not a valid label value: write up to 63 letters, digits, "-", "_" or ".", beginning and ending with a letter or digit',
  "bad-port-number": "expected a port from 1 to 65535",
  "bad-port-name":
    '"{name}" is not a valid port name: write up to 15 lower-case letters, digits and "-", with at least one letter',
  "quoted-port": "a port number in quotes is a port name, and a name needs a letter: write {port} without quotes",
  "end-port-alone": "endPort needs a port: write port too",
  "end-port-of-name": "endPort needs a port number, not a port name",
  "end-port-below": "expected an endPort of at least {port}",
  "empty-peer": "expected podSelector, namespaceSelector or ipBlock",
  "block-and-selector": "expected either ipBlock or selectors: write two peers",
  "bad-block": '"{block}" is not a valid address block: write one like 10.0.0.0/8 or 2001:db8::/32',
  "exception-outside": "expected a block that is smaller than {block} and inside it",
  "too-many-types": "expected at most Ingress and Egress",
} as const;
