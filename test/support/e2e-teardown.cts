/** jest's globalTeardown of the e2e level. */
import { stopSharing } from './shared-n8n.cts';

export default stopSharing;
