#!/usr/bin/env node
// Entry point of the `clearstory` command.
process.stdout.write('');
