import { allEndpoints } from '../../../nodes/Wecom/resources/api/catalog/load';
import { readsOnly } from '../../../nodes/Wecom/engine/runRow';
import { resources } from '../../../nodes/Wecom/resources';

/** Operations and catalog say of the same call whether it only reads. */
it('what reads by POST is marked alike in the catalog and in the tables of operations', async () => {
	const endpoints = await allEndpoints();
	const differing = resources.flatMap(({ value, operations }) =>
		operations.flatMap((operation) => {
			const [method, path] = operation.endpoint ?? [];
			const own = endpoints.find((one) => one.method === 'POST' && one.path === path);
			return method === 'POST' && own && readsOnly(operation) !== (own.reads === true)
				? [`${value}.${operation.value}: ${path}`]
				: [];
		}),
	);
	expect(differing).toEqual([]);
});

it('no call whose path says that it changes something is marked as reading', async () => {
	const marked = (await allEndpoints()).filter(({ reads }) => reads);
	expect(marked.length).toBeGreaterThan(300);
	const changing =
		/\/(add|create|update|modify|mod|set|del|delete|remove|send|submit|cancel|apply|upload|book|import|export|invite|bind|pay|refund)(_[^/]*)?$/;
	expect(
		marked
			.filter(({ method, path }) => method !== 'POST' || changing.test(path))
			.map(({ id }) => id),
	).toEqual(['license.pay_job_result']);
});
