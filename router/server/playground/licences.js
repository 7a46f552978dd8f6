// Writes LICENSES.txt: the notices of every package whose code or styles went into the bundle.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

export function licences() {
  return {
    name: 'licences',
    generateBundle() {
      const packages = new Map();
      for (const moduleId of this.getModuleIds()) {
        const folder = packageFolder(moduleId.replaceAll('\0', '').split('?')[0]);
        if (folder) {
          const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
          packages.set(`${manifest.name} ${manifest.version}`, notice(folder, manifest));
        }
      }
      const notices = [...packages].sort(([one], [other]) => (one < other ? -1 : 1));
      const opening = 'The playground contains code of these packages, under these licences.\n';
      const source = opening + notices.map(([name, text]) => `\n${'='.repeat(80)}\n${name}\n\n${text}\n`).join('');
      this.emitFile({ type: 'asset', fileName: 'LICENSES.txt', source });
    },
  };
}

/** The innermost package folder of a module; packages may hold folders with a nameless package.json of their own. */
function packageFolder(path) {
  if (!path.includes('/node_modules/')) {
    return null;
  }
  for (let folder = dirname(path); folder.includes('/node_modules/'); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version) {
      return folder;
    }
  }
  return null;
}

function notice(folder, manifest) {
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  if (file) {
    return `${manifest.license}\n\n${readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim()}`;
  }
  const author = typeof manifest.author === 'string' ? manifest.author : (manifest.author?.name ?? 'its authors');
  return `${manifest.license}, by ${author} (the package carries no licence file)`;
}
