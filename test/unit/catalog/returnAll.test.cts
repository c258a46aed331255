/** API > Call offers Return All and Limit where the answer is a list, and nowhere else. */
import { NodeHelpers } from 'n8n-workflow';
import { properties } from '../../../nodes/Wecom/prebuilt';
import data from '../../../nodes/Wecom/resources/api/catalog/data/endpoints.json';
import {
	decodeEndpoints,
	type EndpointsFile,
} from '../../../nodes/Wecom/resources/api/catalog/format';

const endpoints = decodeEndpoints(data as unknown as EndpointsFile);
const node = { typeVersion: 1 };

/** Whether the form shows a field once an endpoint is chosen. */
function isShown(name: string, endpoint: string): boolean {
	const values = {
		authentication: 'app',
		resource: 'api',
		operation: 'call',
		endpoint: { __rl: true, mode: 'id', value: endpoint },
		returnAll: false,
	};
	return properties
		.filter((property) => property.name === name)
		.some((property) => NodeHelpers.displayParameter(values, property, node, null));
}

it('for every endpoint of the catalog', () => {
	const wrong = endpoints.filter(
		({ id, list }) => isShown('returnAll', id) !== (list !== undefined),
	);
	expect(wrong.map(({ id }) => id)).toEqual([]);
	expect(endpoints.filter(({ list }) => list !== undefined).length).toBeGreaterThan(250);
});

it('for a method and path, and for what an expression chooses', () => {
	expect(isShown('returnAll', 'GET /cgi-bin/user/list')).toBe(true);
	expect(isShown('returnAll', 'POST /cgi-bin/new/endpoint')).toBe(true);
	expect(isShown('returnAll', '={{ $json.endpoint }}')).toBe(true);
	expect(isShown('returnAll', '')).toBe(false);
});
