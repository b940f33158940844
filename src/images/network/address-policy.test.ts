// Addresses that are never contacted, those that a user must allow, and all the ways to write them.
import { describe, expect, test } from 'vitest';
import { AddressPolicy } from './address-policy.ts';

const policy = new AddressPolicy();

describe('never', () => {
  test.each([
    '169.254.169.254',
    '169.254.1.1',
    '0.0.0.0',
    '0.1.2.3',
    '224.0.0.1',
    '255.255.255.255',
    '100.100.100.200',
    '168.63.129.16',
    'fe80::1',
    'FE80:0:0:0:0:0:0:1',
    'fe80::1%eth0',
    'ff02::1',
    '::',
    'fd00:ec2::254',
    'fd20:ce::254',
    // IPv4 in other clothes: mapped, compatible, NAT64, 6to4.
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '0:0:0:0:0:ffff:a9fe:a9fe',
    '::169.254.169.254',
    '64:ff9b::169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    '2002:a9fe:a9fe::1',
  ])('%s, whoever named it and whatever is allowed', (address) => {
    expect(policy.refusal(address, 'named')).toMatch(/never contacted/);
    expect(new AddressPolicy(['0.0.0.0/0', '::/0']).refusal(address, 'found')).toMatch(/never contacted/);
  });

  test.each([
    'metadata.google.internal',
    'METADATA.google.internal.',
    'metadata',
    '[fe80::1]',
    '169.254.169.254',
  ])('the host %s before it is resolved', (host) => {
    expect(policy.refusalOfName(host, 'named')).toMatch(/never contacted/);
  });
});

describe('private', () => {
  const PRIVATE = [
    '127.0.0.1',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '100.64.0.1',
    '198.18.0.1',
    '::1',
    'fd12:3456::1',
    'fec0::1',
    '::ffff:10.0.0.1',
    '64:ff9b::10.0.0.1',
    '2002:0a00:0001::1',
  ];
  test.each(PRIVATE)('%s when a document leads there, not when the user named it', (address) => {
    expect(policy.refusal(address, 'found')).toContain(`--allow-address ${address}`);
    expect(policy.refusal(address, 'named')).toBeUndefined();
    expect(policy.isPrivate(address)).toBe(true);
  });

  test('allowed by range or address', () => {
    const some = new AddressPolicy(['10.0.0.0/8', '192.168.7.7', 'fd00::/8']);
    for (const address of ['10.1.2.3', '192.168.7.7', 'fd12::1', '::ffff:10.1.2.3']) {
      expect(some.refusal(address, 'found')).toBeUndefined();
    }
    for (const address of ['192.168.7.8', '127.0.0.1', '::1']) {
      expect(some.refusal(address, 'found')).toBeDefined();
    }
  });

  test('of those that a client posts, all but this machine', () => {
    for (const address of PRIVATE.filter((each) => !/^(?:127\.|::1$)/.test(each))) {
      expect(policy.refusal(address, 'posted')).toBeUndefined();
    }
    for (const address of ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1']) {
      expect(policy.refusal(address, 'posted')).toMatch(/private address/);
    }
    expect(policy.refusalOfName('localhost', 'posted')).toBeDefined();
    expect(new AddressPolicy(['127.0.0.1']).refusal('127.0.0.1', 'posted')).toBeUndefined();
  });

  test('and no other behind an air gap, whoever names it', () => {
    const closed = new AddressPolicy([], { airgap: true });
    expect(closed.refusal('10.0.0.1', 'posted')).toBeUndefined();
    expect(closed.refusal('8.8.8.8', 'named')).toMatch(/indexer\.airgap/);
    expect(closed.refusal('169.254.169.254', 'named')).toMatch(/never contacted/);
  });

  test('with the advice of whoever asks', () => {
    const service = new AddressPolicy([], { howToAllow: () => 'list it' });
    expect(service.refusal('10.0.0.1', 'found')).toMatch(/if it is yours, list it$/);
  });

  test.each(['localhost', 'LOCALHOST.', 'registry.localhost'])('%s by name', (host) => {
    expect(policy.refusalOfName(host, 'found')).toBeDefined();
    expect(policy.refusalOfName(host, 'named')).toBeUndefined();
  });
});

test.each([
  '8.8.8.8',
  '172.32.0.1',
  '100.128.0.1',
  '169.253.0.1',
  '2606:4700::1111',
  '64:ff9b::808:808',
  '::ffff:8.8.8.8',
])('%s is public', (address) => {
  expect(policy.refusal(address, 'found')).toBeUndefined();
  expect(policy.isPrivate(address)).toBe(false);
});

test.each(['10.0.0.0/33', '10.0.0/8', 'example.com', '', '10.0.0.0/-1', '::/129', '10.0.0.0/8x'])(
  '%j is no range',
  (range) => {
    expect(() => new AddressPolicy([range])).toThrow(expect.objectContaining({ code: 'INVALID_ADDRESS' }));
  },
);
