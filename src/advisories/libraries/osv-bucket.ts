// OSV's own address: https://google.github.io/osv.dev/data/#data-dumps

/** One folder an ecosystem, with all its records in `all.zip`; no key is needed. */
export const OSV_BUCKET = 'https://osv-vulnerabilities.storage.googleapis.com';
