import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';

/** The fields of one operation, in the order of its form. */
export interface OperationFields {
	resource: string;
	operation: string;
	fields: INodeProperties[];
}

/** One property of the node: a field, and where it is shown. A pair that is no operation may be among them. */
interface Shared {
	field: INodeProperties;
	resources: string[];
	operations: string[];
	/**
	 * Another field of the same forms decides whether this one is shown. Where that field is absent it has no value, so this one is
	 * hidden there as well and needs no condition for resource and operation.
	 */
	follows?: true;
}

/**
 * Writes every field once for as many operations as have it, also over several resources, since the editor loads the whole
 * description at once. Every operation's form keeps its order.
 */
export function shareFields(forms: OperationFields[]): INodeProperties[] {
	const shared = forms.length > 0 ? collect(forms) : [];
	return inOrder(shared, forms).map((one) => {
		const own = one.field.displayOptions;
		const { show, hide } = one.follows ? NO_CONDITION : condition(one, forms);
		const hidden = { ...hide, ...own?.hide };
		return {
			...one.field,
			displayOptions: {
				...own,
				show: { ...show, ...own?.show },
				...(Object.keys(hidden).length > 0 && { hide: hidden }),
			},
		};
	});
}

const NO_CONDITION = { show: {}, hide: {} };

type Condition = Required<Pick<IDisplayOptions, 'show' | 'hide'>>;

/** Where a property is shown, in the shortest of the words that mean the same: hundreds of properties carry such words. */
function condition({ resources, operations }: Shared, forms: OperationFields[]): Condition {
	const unique = (names: string[]) => [...new Set(names)];
	const inWords = forms.filter(({ operation }) => operations.includes(operation));
	const elsewhere = unique(
		inWords.map(({ resource }) => resource).filter((it) => !resources.includes(it)),
	);
	const otherwise = unique(
		forms
			.filter(
				({ resource, operation }) =>
					resources.includes(resource) && !operations.includes(operation),
			)
			.map(({ operation }) => operation),
	);
	const wordings: Condition[] = [
		{
			show: { ...(elsewhere.length > 0 && { resource: resources }), operation: operations },
			hide: {},
		},
		{ show: { operation: operations }, hide: elsewhere.length > 0 ? { resource: elsewhere } : {} },
		{ show: { resource: resources }, hide: otherwise.length > 0 ? { operation: otherwise } : {} },
	];
	const length = (wording: Condition) => JSON.stringify(wording).length;
	return wordings.reduce((shortest, one) => (length(one) < length(shortest) ? one : shortest));
}

function collect(forms: OperationFields[]): Shared[] {
	const exists = new Set(forms.map(({ resource, operation }) => pair(resource, operation)));
	const uses = new Map<string, { field: INodeProperties; where: Map<string, string[]> }>();
	for (const { resource, operation, fields } of forms) {
		for (const field of fields) {
			const key = keyOf(field);
			const use = uses.get(key) ?? { field, where: new Map<string, string[]>() };
			uses.set(key, use);
			use.where.set(resource, [...(use.where.get(resource) ?? []), operation]);
		}
	}
	return [...uses.values()].flatMap(({ field, where }): Shared[] => {
		if (isLed(field, forms)) {
			const operations = [...new Set([...where.values()].flat())];
			return [{ field, resources: [...where.keys()], operations, follows: true }];
		}
		const has = (resource: string, operation: string) =>
			!exists.has(pair(resource, operation)) || where.get(resource)!.includes(operation);
		return merged([...where], has).map(([resources, operations]) => ({
			field,
			resources,
			operations,
		}));
	});
}

/**
 * Whether a field that decides about this one is only in forms that have this one, too. n8n keeps a value for such a field in other forms,
 * and may show it there once another resource is chosen: so it must be none with a list to load or an expression to work out.
 */
function isLed(field: INodeProperties, forms: OperationFields[]): boolean {
	if (field.type === 'multiOptions' || `${field.default as string}`.startsWith('=')) return false;
	return Object.keys(field.displayOptions?.show ?? {}).some((leader) => {
		const led = forms.filter(({ fields }) => fields.some(({ name }) => name === leader));
		return (
			led.length > 0 &&
			led.every(({ fields }) => fields.some((other) => keyOf(other) === keyOf(field)))
		);
	});
}

const pair = (resource: string, operation: string) => `${resource}.${operation}`;

/** As few blocks of resources and operations as can be had by putting them together one by one. */
function merged(
	where: Array<[string, string[]]>,
	has: (resource: string, operation: string) => boolean,
): Array<[string[], string[]]> {
	const found: Array<[string[], string[]]> = [];
	for (const [resource, operations] of where) {
		const fits = found.find(
			([resources, others]) =>
				operations.every((one) => resources.every((other) => has(other, one))) &&
				others.every((one) => has(resource, one)),
		);
		if (!fits) {
			found.push([[resource], operations]);
			continue;
		}
		fits[0].push(resource);
		fits[1] = [...new Set([...fits[1], ...operations])];
	}
	return found;
}

/** Sorted so that every operation's fields come in its own order; where two forms disagree, the first one has it. */
function inOrder(shared: Shared[], forms: OperationFields[]): Shared[] {
	const byField = new Map<string, Shared[]>();
	for (const one of shared) {
		const key = keyOf(one.field);
		byField.set(key, [...(byField.get(key) ?? []), one]);
	}
	const before = new Map<Shared, Set<Shared>>(shared.map((one) => [one, new Set()]));
	for (const { resource, operation, fields } of forms) {
		let previous: Shared | undefined;
		for (const field of fields) {
			const one = byField
				.get(keyOf(field))!
				.find(
					({ resources, operations }) =>
						resources.includes(resource) && operations.includes(operation),
				)!;
			if (previous && previous !== one) before.get(one)!.add(previous);
			previous = one;
		}
	}
	const sorted = new Set<Shared>();
	const under = new Set<Shared>();
	const place = (one: Shared) => {
		if (under.has(one)) return;
		under.add(one);
		before.get(one)!.forEach(place);
		sorted.add(one);
	};
	shared.forEach(place);
	return [...sorted];
}

const keys = new WeakMap<INodeProperties, string>();

/** What tells fields apart: everything in them. */
function keyOf(field: INodeProperties): string {
	const key = keys.get(field) ?? JSON.stringify(field);
	keys.set(field, key);
	return key;
}
