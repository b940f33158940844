// The report as JSON, described by schemas/report-1.schema.json.
import type { Report } from '../model/report.ts';

export function renderJson(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
