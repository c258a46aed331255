import { NodeHelpers, type INodeProperties, type INodePropertyOptions } from 'n8n-workflow';
import { credentialOf, resources } from '../../../nodes/Wecom/resources';
import { declaredNodes } from '../../support/declared.cts';

/** n8n's editor hides every parameter that a field of the authentication is shown by. */
it.each(declaredNodes().map(({ description }) => [description.name, description] as const))(
	'%s: what credentials are shown by does not hide Resource or Operation in the editor',
	(_name, { credentials = [], properties }) => {
		const fields = credentials.flatMap(({ displayOptions }) =>
			Object.keys(displayOptions?.show ?? {}),
		);
		const hidden = properties
			.filter(({ name }) => fields.includes(name))
			.flatMap(({ displayOptions }) => Object.keys(displayOptions?.show ?? {}));
		expect(hidden.filter((name) => ['resource', 'operation'].includes(name))).toEqual([]);
	},
);

it('WeCom: Authentication alone shows credentials: for each other field the editor would look through all properties once more for every one', () => {
	const { description } = declaredNodes().find((node) => node.description.name === 'wecom')!;
	const fields = description.credentials!.map(({ displayOptions }) =>
		Object.keys(displayOptions!.show!),
	);
	// Where `show` is missing, n8n before 2.35 offers the node's first credential instead.
	expect(fields).toEqual([['authentication'], ['authentication'], [], [], []]);
});

it('no condition is a regular expression: n8n gives it 250 ms by the clock, then the execution fails', () => {
	for (const { description } of declaredNodes())
		expect(JSON.stringify(description.properties)).not.toMatch(/"_cnd":\{"regex"/);
});

it('a piece of a text is asked only where there is a text: older n8n fails, and with it the whole form', () => {
	const { description } = declaredNodes().find((node) => node.description.name === 'wecom')!;
	const asking = description.properties.filter(({ displayOptions }) =>
		/"_cnd":\{"(includes|startsWith|endsWith)"/.test(JSON.stringify(displayOptions)),
	);
	expect(asking.map(({ name }) => name)).toEqual(['returnAll']);
	for (const { value: resource, operations } of resources) {
		if (resource === 'api') continue;
		for (const { value: operation } of operations) {
			const parameters = {
				resource,
				operation,
				get endpoint(): string {
					throw new Error(`${resource}.${operation} has no endpoint`);
				},
			};
			for (const property of asking)
				expect(
					NodeHelpers.displayParameter(parameters, property, { typeVersion: 1 }, description),
				).toBe(false);
		}
	}
});

it('WeCom: each operation shows the credential that it uses, which it needs, and no other', () => {
	const { description } = declaredNodes().find((node) => node.description.name === 'wecom')!;
	const shown = (parameters: object) =>
		description.credentials!.filter((credential) =>
			NodeHelpers.displayParameter(
				parameters as never,
				credential as unknown as INodeProperties,
				{ typeVersion: 1 },
				description,
			),
		);
	for (const { value: resource, operations } of resources) {
		for (const { value: operation } of operations) {
			for (const [authentication, type] of [
				['app', 'wecomApi'],
				['suite', 'wecomSuiteApi'],
			]) {
				const found = shown({ resource, operation, authentication });
				const wanted = credentialOf(resource, operation) ?? type;
				expect([resource, operation, found.map(({ name }) => name)]).toEqual([
					resource,
					operation,
					[wanted],
				]);
				expect(found[0].required).toBe(true);
			}
		}
	}
});

it('every event of a trigger has words of its own in the node panel, and no two the same', () => {
	for (const { description } of declaredNodes()) {
		const events = description.properties.find(({ name }) => name === 'events');
		if (!events) continue;
		const actions = (events.options as INodePropertyOptions[]).map(({ action }) => action ?? '');
		expect(actions.filter((action) => !/^On [a-zA-Z]/.test(action))).toEqual([]);
		expect(new Set(actions).size).toBe(actions.length);
	}
});

it('with a suite every list of people, departments and tags is read anew when the company is chosen', () => {
	const stale: string[] = [];
	const read = (node: string, properties: INodeProperties[] = []) => {
		for (const { name, typeOptions = {}, options } of properties) {
			const { loadOptionsMethod = '', loadOptionsDependsOn = [] } = typeOptions;
			if (!['getMembers', 'getDepartments', 'getTags'].includes(loadOptionsMethod)) {
				for (const option of options ?? []) {
					if ('values' in option) read(node, option.values);
					else if ('type' in option) read(node, [option]);
				}
			} else if (!loadOptionsDependsOn.includes('actAsCompany.value'))
				stale.push(`${node}: ${name}`);
		}
	};
	for (const { description } of declaredNodes())
		if (description.properties.some(({ name }) => name === 'actAsCompany'))
			read(description.name, description.properties);
	expect(stale).toEqual([]);
});
