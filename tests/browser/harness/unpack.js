/** Unpacks the browser of @sparticuz/chromium into the folder of TMPDIR, with the libraries and the font that a bare
 * machine lacks. */

import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// The package names folders of Lambda. The path is relative, because the folder is moved.
const FONTS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

// The package unpacks the libraries only where it recognises Lambda.
process.env.AWS_EXECUTION_ENV = `AWS_Lambda_nodejs${process.versions.node.split('.')[0]}.x`;
const { default: chromium } = await import('@sparticuz/chromium');
await chromium.executablePath();
writeFileSync(join(tmpdir(), 'fonts', 'fonts.conf'), FONTS);
