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

it('no condition is a regular expression: n8n gives it 250 ms by the clock, then the execution fails', () => {
	for (const { description } of declaredNodes())
		expect(JSON.stringify(description.properties)).not.toMatch(/"_cnd":\{"regex"/);
});
