import { formFields, nodeProperties } from '../../../nodes/Wecom/description';
import { resources } from '../../../nodes/Wecom/resources';

const properties = nodeProperties(resources);

it.each(
	resources.flatMap(({ value: resource, operations }) =>
		operations.map((operation) => [resource, operation.value, operation] as const),
	),
)('%s.%s shows its fields and no others, the shared ones last', (resource, value, operation) => {
	const shown = properties.filter(({ displayOptions }) => {
		const { show = {} } = displayOptions ?? {};
		return show.resource?.includes(resource) && show.operation?.includes(value);
	});
	const known = formFields(operation).map(({ name }) => name);
	expect(new Set(shown.map(({ name }) => name))).toEqual(new Set(known));
	expect(shown).toHaveLength(known.length);
	const switches = ['returnAll', 'limit', 'simplify'];
	const last = known.filter((name) => switches.includes(name));
	expect(shown.slice(shown.length - last.length).map(({ name }) => name)).toEqual(last);
});

it('names no field twice with the same look for one resource', () => {
	const looks = properties.map(({ displayOptions, ...look }) =>
		JSON.stringify([
			look,
			displayOptions?.show?.resource,
			{ ...displayOptions?.show, operation: 0 },
		]),
	);
	expect(looks.filter((look, index) => looks.indexOf(look) !== index)).toEqual([]);
});
