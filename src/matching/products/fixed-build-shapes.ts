// The shapes in which the advisories write FixedBuild, faults included, so that a new one is noticed.
import { classifyProduct } from './classify-product.ts';
import type { MatchedProduct } from './product-patterns.ts';

const WINDOWS = /^(?:10\.0\.\d{5}\.\d{1,5}|6\.[123](?:\.\d{4}\.\d{5})?)$/;
const THREE_NUMBERS = /^\d+\.\d+\.\d+$/;
const THREE_OR_FOUR_NUMBERS = /^\d+\.\d+\.\d+(?:\.\d+)?$/;

/** One part of a .NET Framework fix: a version with rollup, a build of Windows, or a rollup alone. */
const FRAMEWORK_PART = /^(?:\d+\.)?(?:\d+\.)?(?:\d+\.)?\d{4,6}\.\d{1,5}$/;

/** A shape that is known need not be usable: faults stay faults, and the rules go round them. */
const SHAPES: Readonly<Record<MatchedProduct['family'], (text: string) => boolean>> = {
  windows: (text) => WINDOWS.test(text),
  'windows-component': (text) => WINDOWS.test(text),
  'dotnet-framework': (text) => frameworkParts(text).every((part) => FRAMEWORK_PART.test(part)),
  dotnet: (text) => /^\d+\.\d+\.\d+(?:-servicing\.\d+\.\d+)?$/.test(text),
  'aspnet-core': (text) => THREE_NUMBERS.test(text),
  powershell: (text) => THREE_NUMBERS.test(text),
  'sql-server': (text) => /^\d+\.\d+\.\d+\.\d+$/.test(text),
  'odbc-driver': (text) => /^\d+\.\d+\.\d+\.\d+$/.test(text),
  'ole-db-driver': (text) => THREE_OR_FOUR_NUMBERS.test(text),
  'visual-cpp': (text) => THREE_OR_FOUR_NUMBERS.test(text),
  'web-deploy': (text) => THREE_NUMBERS.test(text),
  edge: (text) => /^v?\d+\.\d+[. ]\d+(?:\.\d+)*(?:\/\d+)?$/.test(text),
};

/** `productName` as the advisories have it. Of products that are not matched every shape is as good as any. */
export function isKnownFixedBuild(productName: string, fixedBuild: string): boolean {
  const known = classifyProduct(productName);
  return known?.kind !== 'matched' || SHAPES[known.product.family](fixedBuild.trim());
}

/** `2.0.50727.9181 & 3.0.30729.9165 & 4.8.9332.0`: one for each version that the product stands for. */
export function frameworkParts(fixedBuild: string): string[] {
  return fixedBuild.split(/\s*(?:&|;|\band\b)\s*/).filter(Boolean);
}
