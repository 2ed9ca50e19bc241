/** A text file and its path below the folder it was looked for in. */
export type TextFile = { path: string; text: string };

/** The files below a folder whose names end so. */
export async function filesBelow(folder: string, ending: string): Promise<TextFile[]> {
  const files: TextFile[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) {
      const below = await filesBelow(`${folder}/${name}`, ending);
      files.push(...below.map(({ path, text }) => ({ path: `${name}/${path}`, text })));
    } else if (name.endsWith(ending)) {
      files.push({ path: name, text: await Deno.readTextFile(`${folder}/${name}`) });
    }
  }
  return files;
}
