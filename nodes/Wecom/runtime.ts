import { NodeOperationError, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';
import { getEndpointFields, listEndpoints } from './resources/api/lists';
import { getApprovalControls } from './resources/approval/form';
import { executeOperation } from './engine/execute';
import { listSearch, loadOptions } from './resources/lists';
import { credentialOf, findOperation, needsSuite } from './resources';
import { getSmartSheetColumns } from './resources/smartSheet/records';

/** All that is loaded only when the node is used: its operations, and what the editor asks it for. */

export const methods = {
	listSearch: { ...listSearch, listEndpoints },
	loadOptions,
	resourceMapping: { getApprovalControls, getEndpointFields, getSmartSheetColumns },
};

/** Runs the operation the node is set to, over all its input items. */
export async function execute(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const [resource, name] = [
		context.getNodeParameter('resource', 0),
		context.getNodeParameter('operation', 0),
	];
	const operation = findOperation(resource, name);
	if (!operation) {
		throw new NodeOperationError(
			context.getNode(),
			`The operation '${resource}: ${name}' does not exist`,
			{
				description: 'Choose the resource and the operation again.',
			},
		);
	}
	if (needsSuite(resource) && context.getNodeParameter('authentication', 0, 'app') !== 'suite') {
		throw new NodeOperationError(
			context.getNode(),
			'These operations need the credential of a suite',
			{
				description:
					"They belong to a service provider. Under 'Credential' choose a WeCom Suite API credential, or create one: change 'App' at its top right to 'Suite'.",
			},
		);
	}
	return await executeOperation(context, operation, credentialOf(resource, name));
}
