/** What may be repeated and run side by side. */
import { readsOnly, toRequest } from '../../../nodes/Wecom/engine/runRow';
import type { Operation } from '../../../nodes/Wecom/engine/operation';

const row = (method: 'GET' | 'POST', reads?: boolean) =>
	({ endpoint: [method, '/cgi-bin/x'], reads, fields: [] }) as unknown as Operation;

it.each([
	['GET', undefined, true],
	['POST', undefined, false],
	['POST', true, true],
	['GET', false, false],
] as const)('%s with reads: %p', (method, reads, harmless) => {
	expect(readsOnly(row(method, reads))).toBe(harmless);
	const sent = { a: 1 };
	expect(toRequest(row(method, reads), sent)).toEqual({
		method,
		path: '/cgi-bin/x',
		[method === 'GET' ? 'qs' : 'body']: sent,
		repeatable: harmless,
	});
});
