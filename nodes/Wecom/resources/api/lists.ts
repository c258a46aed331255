import type {
	ILoadOptionsFunctions,
	INodeListSearchResult,
	ResourceMapperFields,
} from 'n8n-workflow';
import { findEndpoint, searchEndpoints } from './catalog/catalog';
import { endpointFields } from './catalog/form';
import { typedOperations } from '../index';

/** What the editor asks for API > Call: the list of endpoints, and the form of the endpoint that was chosen. */

export async function listEndpoints(
	this: ILoadOptionsFunctions,
	filter = '',
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const { results, next } = await searchEndpoints(filter, Number(paginationToken ?? 0));
	return {
		results: results.map(({ id, name, category, method, path, docUrl: url }) => {
			const easier = typedOperations.get(id);
			return {
				name: `${name} (${category})${easier ? ` - easier: ${easier}` : ''}`,
				value: id,
				description: `${method} ${path}`,
				url,
			};
		}),
		paginationToken: next === undefined ? undefined : String(next),
	};
}

export async function getEndpointFields(
	this: ILoadOptionsFunctions,
): Promise<ResourceMapperFields> {
	const reference = this.getNodeParameter('endpoint', '', { extractValue: true }) as string;
	const endpoint = await findEndpoint(reference);
	if (!endpoint) {
		return {
			fields: [],
			emptyFieldsNotice: reference.includes('/')
				? 'This endpoint is not in the list: set Input Mode to JSON, and enter its parameters there.'
				: `There is no endpoint '${reference}'. Choose one from the list.`,
		};
	}
	return {
		fields: endpointFields(endpoint),
		emptyFieldsNotice: 'This endpoint takes no parameters.',
	};
}
