import { NodeOperationError, type IDataObject } from 'n8n-workflow';
import type { Conversion, Field, OperationCall } from './operation';

/** Reads the form of one item as WeCom's parameters: converted, without empty values, required ones checked. */
export function collectParameters(call: OperationCall): IDataObject {
	const sent: IDataObject = {};
	for (const field of call.operation.fields) {
		if (field.local) continue;
		if (field.type === 'collection') {
			const chosen = call.get<IDataObject>(field.name, {});
			for (const entry of field.options as Field[]) {
				if (chosen[entry.name] === undefined) continue;
				const value = convert(call, entry, chosen[entry.name]);
				// An entry a person added and left empty clears that value at WeCom.
				if (value !== undefined) sent[entry.name] = value;
			}
			continue;
		}
		const value = convert(call, field, call.get<unknown>(field.name));
		if (!isEmpty(value)) sent[field.name] = value;
		else if (field.required) {
			throw problem(
				call,
				`'${field.displayName}' is empty`,
				'Fill it in, or check the expression that should give it.',
			);
		}
	}
	return sent;
}

const isEmpty = (value: unknown) =>
	value === undefined || value === '' || (Array.isArray(value) && value.length === 0);

/** An error at this item for something the person can set right. */
export function problem(
	call: Pick<OperationCall, 'context' | 'itemIndex'>,
	message: string,
	description: string,
) {
	const { context, itemIndex } = call;
	return new NodeOperationError(context.getNode(), message, {
		description,
		itemIndex,
		level: 'warning',
	});
}

/** Ids as entered: an array, or text with commas, semicolons, `|` or line breaks between them. */
export function splitIds(value: unknown): string[] {
	const parts = Array.isArray(value) ? value : String(value ?? '').split(/[|,;，；\n]/);
	return parts.map((part) => String(part).trim()).filter(Boolean);
}

function convert(
	call: OperationCall,
	field: Field,
	value: unknown,
): IDataObject[string] | undefined {
	if (value === undefined || value === null) return undefined;
	return field.as ? CONVERSIONS[field.as](call, field, value) : (value as IDataObject[string]);
}

type Converter = (
	call: OperationCall,
	field: Field,
	value: unknown,
) => IDataObject[string] | undefined;

const CONVERSIONS: Record<Conversion, Converter> = {
	integer: (call, field, value) => (value === '' ? undefined : toInteger(call, field, value)),
	integerList: (call, field, value) => splitIds(value).map((part) => toInteger(call, field, part)),
	stringList: (_call, _field, value) => splitIds(value),
	flag: (_call, _field, value) => (value === true || value === 'true' || value === 1 ? 1 : 0),
	json: (call, field, value) => (value === '' ? undefined : toJson(call, field, value)),
};

function toInteger(call: OperationCall, field: Field, value: unknown): number {
	const number = Number(value);
	if (!Number.isSafeInteger(number)) {
		throw problem(
			call,
			`'${field.displayName}' holds '${String(value)}' where WeCom needs a whole number`,
			'Enter digits only.',
		);
	}
	return number;
}

export function toJson(
	call: OperationCall,
	field: Pick<Field, 'displayName'>,
	value: unknown,
): IDataObject {
	if (typeof value === 'object') return value as IDataObject;
	const parsed = tryParse(String(value));
	if (parsed === undefined) {
		throw problem(
			call,
			`'${field.displayName}' is not valid JSON`,
			'Check quotes and commas, or pass an object with an expression.',
		);
	}
	return parsed;
}

function tryParse(text: string): IDataObject | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' && value !== null ? (value as IDataObject) : undefined;
	} catch {
		return undefined;
	}
}
