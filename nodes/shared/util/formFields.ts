import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

/** Short ways to write down a field of a form. */

export const textField = <Field extends INodeProperties = INodeProperties>(
	name: string,
	displayName: string,
	description: string,
	overrides: Partial<Field> = {},
): Field =>
	({ displayName, name, type: 'string', default: '', description, ...overrides }) as Field;

/** A switch. The description begins with "Whether". */
export const toggleField = <Field extends INodeProperties = INodeProperties>(
	name: string,
	displayName: string,
	description: string,
	overrides: Partial<Field> = {},
): Field =>
	({ displayName, name, type: 'boolean', default: false, description, ...overrides }) as Field;

/** One of several options, the first unless a default is given. */
export const choiceField = <Field extends INodeProperties = INodeProperties>(
	name: string,
	displayName: string,
	description: string,
	options: INodePropertyOptions[],
	overrides: Partial<Field> = {},
): Field => {
	const [{ value }] = options;
	return {
		displayName,
		name,
		type: 'options',
		options,
		default: value,
		description,
		...overrides,
	} as Field;
};
