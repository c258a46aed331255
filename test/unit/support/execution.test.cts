import { decodeExecution, outputItems, unflatten } from '../../support/execution.cts';

test('flatted data is decoded, shared and circular values included', () => {
	expect(
		unflatten('[{"a":"1","b":"2","n":5,"t":true,"z":null},"text",["1","3"],{"c":"1"}]'),
	).toEqual({
		a: 'text',
		b: ['text', { c: 'text' }],
		n: 5,
		t: true,
		z: null,
	});
	const circular = unflatten('[{"self":"0"}]') as { self: unknown };
	expect(circular.self).toBe(circular);
});

test('the items of a node are found in a stored execution', () => {
	const data =
		'[{"resultData":"1"},{"runData":"2","lastNodeExecuted":"9"},{"A":"3"},["4"],{"startTime":1,"executionTime":2,"data":"5"},{"main":"6"},["7"],["8"],{"json":"10"},"A",{"x":1}]';
	const execution = decodeExecution({
		id: '7',
		status: 'success',
		mode: 'webhook',
		workflowId: 'w',
		data,
	});
	expect(execution.lastNodeExecuted).toBe('A');
	expect(outputItems(execution, 'A')).toEqual([{ json: { x: 1 } }]);
	expect(outputItems(execution, 'A', 1)).toEqual([]);
	expect(outputItems(execution, 'B')).toEqual([]);
});
