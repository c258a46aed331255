import { compareText } from '../../shared/util/text';
import type { INodeProperties } from 'n8n-workflow';
import { companyField, limit, permanentCodeOption, returnAll, simplify } from './fields';
import type { Field, FieldGroup, Operation, Resource } from './operation';
import { shareFields, type OperationFields } from './mergeFields';

/** Turns the tables of operations into the node's form. */
export function nodeProperties(resources: Resource[]): INodeProperties[] {
	const ownCredential = resources.filter(({ credential }) => credential).map(({ value }) => value);
	const ownOperations = resources.flatMap(({ operations }) =>
		operations.filter(({ credential }) => credential).map(({ value }) => value),
	);
	return [
		{
			...AUTHENTICATION,
			displayOptions: { hide: { resource: ownCredential, operation: ownOperations } },
		},
		{
			displayName: 'Resource',
			name: 'resource',
			type: 'options',
			noDataExpression: true,
			options: resources.map(({ name, value, suiteOnly }) => ({
				name,
				value,
				...(suiteOnly && { displayOptions: { show: WITH_SUITE } }),
			})),
			default: 'message',
		},
		actAs(resources),
		...resources.map(operationSelector),
		...shareFields(resources.flatMap(formsOf)),
		OPTIONS,
	];
}

const WITH_SUITE = { authentication: ['suite'] };

const AUTHENTICATION: INodeProperties = {
	displayName: 'Authentication',
	name: 'authentication',
	type: 'options',
	noDataExpression: true,
	options: [
		{ name: 'App', value: 'app', description: 'An app of one company' },
		{
			name: 'Suite',
			value: 'suite',
			description: 'A service provider acts for companies that authorized its app',
		},
	],
	default: 'app',
	description: 'The kind of app that calls WeCom',
};

/** With a suite every resource acts for a company; the operations of the suite itself say so where they do. */
function actAs(resources: Resource[]): INodeProperties {
	const hide = {
		resource: resources
			.filter(({ suiteOnly, credential }) => suiteOnly || credential)
			.map(({ value }) => value),
		operation: resources
			.filter(({ suiteOnly, credential }) => !suiteOnly && !credential)
			.flatMap(({ operations }) =>
				operations.filter(({ token, credential: own }) => token ?? own).map(({ value }) => value),
			),
	};
	return { ...toProperty(companyField), displayOptions: { show: WITH_SUITE, hide } };
}

/** The options that every operation has. */
const OPTIONS: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add Option',
	default: {},
	options: [
		{
			displayName: 'Additional Parameters',
			name: 'additionalParameters',
			type: 'json',
			default: '{}',
			description: "Further parameters under WeCom's names; they win over the form",
			displayOptions: { hide: { '/resource': ['api', 'bot'] } },
		},
		{
			displayName: 'Ignore Empty Fields',
			name: 'ignoreEmptyFields',
			type: 'boolean',
			default: false,
			description: 'Whether to leave out empty added fields instead of clearing them in WeCom',
			displayOptions: { hide: { '/resource': ['api', 'bot'] } },
		},
		{
			displayName: 'Input Data Field Name',
			name: 'binaryPropertyName',
			type: 'string',
			default: 'data',
			description: 'Uploads only: the binary field with the file',
			displayOptions: { show: { '/resource': ['api'] } },
		},
		{
			displayName: 'Items at Once',
			name: 'concurrency',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 20 },
			default: 8,
			description: 'How many items are handled at once; by default eight for reading, else one',
		},
		{
			displayName: 'Output',
			name: 'output',
			type: 'options',
			options: [
				{
					name: 'Automatic',
					value: 'auto',
					description: 'The entries, or the whole answer where it holds more than the list',
				},
				{ name: 'List Entries', value: 'entries' },
				{ name: 'Whole Answer', value: 'answer' },
				{ name: 'File', value: 'file', description: 'The answer as binary data' },
			],
			default: 'auto',
			description: 'What to return of the answer',
			displayOptions: { show: { '/resource': ['api'] } },
		},
		{
			displayName: 'Parameter Check',
			name: 'parameterCheck',
			type: 'options',
			options: [
				{
					name: 'Strict',
					value: 'strict',
					description: 'Refuse what is missing, unknown or of a wrong type',
				},
				{
					name: 'Convert Only',
					value: 'convert',
					description: 'Convert known parameters, send all others as they are',
				},
				{ name: 'Off', value: 'off', description: 'Send everything as it is' },
			],
			default: 'strict',
			description: 'How strictly parameters are checked; the list may be older than WeCom',
			displayOptions: { show: { '/resource': ['api'] } },
		},
		permanentCodeOption,
		{
			displayName: 'Put Output in Field',
			name: 'outputPropertyName',
			type: 'string',
			default: 'data',
			description: 'Downloads only: the binary field for the file',
			displayOptions: { show: { '/resource': ['api'] } },
		},
		{
			displayName: 'Token',
			name: 'token',
			type: 'options',
			options: [
				{ name: 'App', value: 'app' },
				{ name: 'Automatic', value: 'auto', description: 'As documented' },
				{ name: 'Company', value: 'company', description: 'The company to act as' },
				{ name: 'None', value: 'none' },
				{ name: 'Provider', value: 'provider' },
				{ name: 'Suite', value: 'suite' },
			],
			default: 'auto',
			description: 'Whose access token the call uses',
			displayOptions: { show: { '/resource': ['api'] } },
		},
	],
};

function operationSelector({
	value,
	operations,
	first = operations[0].value,
}: Resource): INodeProperties {
	return {
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: [value] } },
		options: operations
			.map(({ name, value: operation, action, description }) => ({
				name,
				value: operation,
				action,
				description,
			}))
			.sort(byName),
		default: `${first}`,
	};
}

const formsOf = ({ value: resource, operations }: Resource): OperationFields[] =>
	operations.map((operation) => ({
		resource,
		operation: operation.value,
		fields: operationFields(operation).map(toProperty),
	}));

/** The fields of an operation with those that its row asks for by a word. */
export function operationFields(operation: Operation): Field[] {
	return [
		...operation.fields,
		...(operation.list && !operation.whole ? [returnAll, limit] : []),
		...(operation.simplify ? [simplify] : []),
	];
}

/** The field as n8n knows it, without the keys that only this package reads. */
function toProperty(field: Field): INodeProperties {
	const property: Partial<Field> = { ...field };
	for (const own of ['convert', 'local', 'path', 'each', 'spread'] as const) delete property[own];
	// With a condition n8n would demand it also where an expression chooses something else, as it cannot know that before. So the
	// row demands it.
	if (field.displayOptions || !field.required) delete property.required;
	if (field.type === 'collection')
		property.options = (field.options as Field[]).map(toProperty) as Field[];
	if (field.type === 'fixedCollection') {
		property.options = (field.options as FieldGroup[]).map((group) => ({
			...group,
			values: group.values.map(toProperty) as Field[],
		}));
	}
	return property as INodeProperties;
}

const byName = (a: { name: string }, b: { name: string }) => compareText(a.name, b.name);
