import { type Finding, lintRules } from './finding.js';

const ruleIds = Object.keys(lintRules);

/**
 * The findings as SARIF 2.1.0 (OASIS, section 3), which code hosts show beside the lines.
 * @param version of the tool
 */
export function toSarif(findings: readonly Finding[], version: string): string {
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'cardea-policy-lint', version, rules: Object.entries(lintRules).map(toRule) } },
        columnKind: 'utf16CodeUnits',
        results: findings.map(toResult),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function toRule([id, { severity, summary }]: [string, (typeof lintRules)[keyof typeof lintRules]]) {
  return { id, shortDescription: { text: summary }, defaultConfiguration: { level: severity } };
}

function toResult({ rule, file, line, column, message }: Finding) {
  const artifactLocation = { uri: file.split('/').map(encodeURIComponent).join('/') };
  const region = { startLine: line, startColumn: column };
  return {
    ruleId: rule,
    ruleIndex: ruleIds.indexOf(rule),
    level: lintRules[rule].severity,
    message: { text: message },
    locations: [{ physicalLocation: { artifactLocation, region } }],
  };
}
