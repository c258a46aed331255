import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { withJsTicket } from '../../../nodes/shared/companies/tickets';

const later = (seconds = 60) => Date.now() + seconds * 1000;
const stored = (fields?: ICredentialDataDecryptedObject) =>
	JSON.parse(String(fields?.jsTickets)) as Record<string, { value: string }>;

it('a ticket is stored beside the others, once', () => {
	const one = withJsTicket({}, 'a', { value: 't1', expiresAt: later() })!;
	const two = withJsTicket(one, 'b', { value: 't2', expiresAt: later() })!;
	expect(stored(two)).toMatchObject({ a: { value: 't1' }, b: { value: 't2' } });
	expect(withJsTicket(two, 'b', { value: 't2', expiresAt: later() })).toBeUndefined();
	const renewed = withJsTicket(two, 'b', { value: 't3', expiresAt: later() });
	expect(stored(renewed)).toMatchObject({ a: { value: 't1' }, b: { value: 't3' } });
});

it('tickets that have ended go, and of very many those that end first', () => {
	const old = withJsTicket({}, 'old', { value: 't', expiresAt: later(-1) })!;
	expect(Object.keys(stored(withJsTicket(old, 'new', { value: 't', expiresAt: later() })))).toEqual(
		['new'],
	);
	const many = Object.fromEntries(
		Array.from({ length: 500 }, (_, index) => [
			`k${index}`,
			{ value: 't', expiresAt: later(60 + index) },
		]),
	);
	const fields = withJsTicket({ jsTickets: JSON.stringify(many) }, 'new', {
		value: 't',
		expiresAt: later(),
	});
	const left = stored(fields);
	expect(Object.keys(left)).toHaveLength(500);
	expect(left).toHaveProperty('new');
	expect(left).not.toHaveProperty('k0');
	expect(left).toHaveProperty('k1');
});
