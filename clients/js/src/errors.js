/** The errors of the client of the control plane. */

/** @typedef {import('../types/contracts/control.d.ts').components['schemas']} Schemas */
/** @typedef {Schemas['Finding']} Finding */

/** A request that the control plane refused, or that did not reach it. */
export class ControlPlaneError extends Error {
  /**
   * @param {string} reason the reason
   * @param {string} [hint] a remedy
   * @param {number} [status] the status of the response
   */
  constructor(reason, hint, status) {
    super(hint === undefined ? reason : `${reason}. ${hint}`);
    this.name = 'ControlPlaneError';
    this.reason = reason;
    this.hint = hint;
    this.status = status;
  }
}

/** An assertion that failed, since the journal shows mistakes of the client. */
export class ClientFindings extends Error {
  /** @param {Finding[]} findings the mistakes */
  constructor(findings) {
    const rules = [...new Set(findings.map((finding) => finding.rule))].join(', ');
    const headline = `the client made mistakes: ${rules}`;
    super([headline, ...findings.flatMap(findingLines)].join('\n'));
    this.name = 'ClientFindings';
    this.headline = headline;
    this.findings = findings;
  }
}

/**
 * Return the lines that describe a finding.
 * @param {Finding} finding
 * @returns {string[]}
 */
export function findingLines(finding) {
  const operation = finding.operation ?? 'no operation';
  return [
    `  ${finding.rule} (${operation}, exchanges ${finding.exchanges.join(', ')}): ${finding.summary}`,
    ...(finding.sentence === null ? [] : [`    documented: ${finding.sentence}`]),
    `    advice: ${finding.advice}`,
  ];
}
