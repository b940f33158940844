// The formats of a report: each is loaded when it is asked for.
import { ClearstoryError } from '../base/error.ts';
import type { Report } from '../model/report.ts';
import { CommandError } from './command-error.ts';

/** A format makes a whole document of a report; `width` counts for those that people read on a terminal. */
type Renderer = (report: Report, width: number) => string;

/** A new one is one file and one line. */
const FORMATS: Readonly<Record<string, () => Promise<Renderer>>> = {
  table: async () => (await import('../reports/table.ts')).renderTable,
  // What -o table becomes with --show-suppressed.
  'suppressed-table': async () => (await import('../reports/suppressed-table.ts')).renderWithSuppressed,
  packages: async () => (await import('../reports/packages-table.ts')).renderPackages,
  json: async () => (await import('../reports/json.ts')).renderJson,
  sarif: async () => (await import('../reports/formats/sarif.ts')).renderSarif,
  cyclonedx: async () => (await import('../reports/formats/cyclonedx.ts')).renderCycloneDx,
  spdx: async () => (await import('../reports/formats/spdx.ts')).renderSpdx,
  openvex: async () => (await import('../reports/formats/openvex.ts')).renderOpenVex,
  gitlab: async () => (await import('../reports/formats/gitlab.ts')).renderGitlab,
  junit: async () => (await import('../reports/formats/junit.ts')).renderJunit,
  html: async () => (await import('../reports/html/html-report.ts')).renderHtml,
  clair: async () => (await import('../reports/formats/clair.ts')).renderClair,
  markdown: async () => (await import('../reports/formats/markdown.ts')).renderMarkdown,
};

/** The words of `-o`. */
export const REPORT_FORMATS: readonly string[] = Object.keys(FORMATS).filter(
  (name) => name !== 'suppressed-table',
);

/** `format` is one of REPORT_FORMATS, or `suppressed-table`. Throws CommandError BAD_OUTPUT. */
export async function renderReport(report: Report, format: string, width: number): Promise<string> {
  const renderer = await FORMATS[format]!();
  try {
    return renderer(report, width);
  } catch (error) {
    if (!(error instanceof ClearstoryError)) throw error;
    throw new CommandError('BAD_OUTPUT', `-o ${format}: ${error.message}`, { cause: error });
  }
}
