import type { DisplayCondition } from 'n8n-workflow';
import { callEndpoint, readsEverywhere } from './call';
import { limit, returnAll } from '../../engine/fields';
import type { Operation, Resource } from '../../engine/operation';
import lists from './catalog/lists.json';

/**
 * Conditions that pieces of endpoint IDs stand for: `^` is the beginning, `$` the end. No regular expression: n8n gives one 250 ms by the
 * clock.
 */
const having = (pieces: string) => ({
	endpoint: pieces.split(' ').map((piece): DisplayCondition => {
		const text = piece.replace(/^\^|\$$/g, '');
		if (piece.startsWith('^')) return { _cnd: { startsWith: text } };
		if (piece.endsWith('$')) return { _cnd: { endsWith: text } };
		return { _cnd: { includes: text } };
	}),
});

/**
 * Where the answer is a list; else there is nothing to return all of. A path that is entered may be of any kind. The resource is asked
 * first: n8n 2.8 and older fail on a piece of a text that is not there.
 */
const LISTED = {
	show: { resource: ['api'], ...having(`${lists.show} /`) },
	hide: having(lists.hide),
};

/** Every endpoint of the server API through one operation; the list of endpoints says where there is an operation of its own. */
export const apiResource: Resource = {
	value: 'api',
	name: 'API',
	operations: [
		{
			value: 'call',
			name: 'Call',
			action: 'Call any API endpoint',
			description:
				'Call any endpoint of the WeCom server API; 806 are listed with their parameters',
			doc: 90664,
			fields: [
				{
					displayName: 'Endpoint',
					name: 'endpoint',
					type: 'resourceLocator',
					default: { mode: 'list', value: '' },
					required: true,
					description:
						'Search by name, category or path, in English or Chinese, or enter method and path',
					local: true,
					modes: [
						{
							displayName: 'From List',
							name: 'list',
							type: 'list',
							placeholder: 'Select an endpoint...',
							typeOptions: { searchListMethod: 'listEndpoints', searchable: true },
						},
						{
							displayName: 'By ID',
							name: 'id',
							type: 'string',
							placeholder: 'e.g. POST /cgi-bin/user/create',
						},
					],
				},
				{
					displayName: 'Input Mode',
					name: 'inputMode',
					type: 'options',
					options: [
						{ name: 'Fields', value: 'fields', description: 'A form for the chosen endpoint' },
						{ name: 'JSON', value: 'json', description: 'One JSON object with all parameters' },
					],
					default: 'fields',
					description: 'How to enter the parameters; endpoints that are not listed take JSON',
					local: true,
				},
				{
					displayName: 'Fields',
					name: 'fields',
					type: 'resourceMapper',
					noDataExpression: true,
					default: { mappingMode: 'defineBelow', value: null },
					description: 'The parameters of the endpoint',
					displayOptions: { show: { inputMode: ['fields'] }, hide: { endpoint: [''] } },
					local: true,
					typeOptions: {
						loadOptionsDependsOn: ['endpoint.value'],
						resourceMapper: {
							resourceMapperMethod: 'getEndpointFields',
							mode: 'add',
							fieldWords: { singular: 'field', plural: 'fields' },
							addAllFields: false,
							supportAutoMap: true,
						},
					},
				},
				{
					displayName: 'JSON',
					name: 'json',
					type: 'json',
					default: '{}',
					description: "All parameters under WeCom's names, those of the query included",
					displayOptions: { show: { inputMode: ['json'] } },
					local: true,
				},
				{ ...returnAll, displayOptions: LISTED },
				limit,
			],
			overlaps: readsEverywhere,
			run: callEndpoint,
		},
	],
};

/** Catalog ids of what an operation calls: `/cgi-bin/user/get` is `user.get`. */
export const coveredEndpoints = ({ endpoint, covers = [] }: Operation): string[] =>
	endpoint ? [endpoint[1].replace('/cgi-bin/', '').replaceAll('/', '.')] : covers;
