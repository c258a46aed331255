/** jest's globalSetup of the bridge's tests: makes the bridge, and the stand-in if there is a compiler. */
import { buildBridge } from '../stand-in/running-bridge.cts';
import { compileStandIn, findCompiler } from '../stand-in/stand-in.cts';

export default function setup(): void {
	buildBridge();
	if (findCompiler()) compileStandIn();
}
