/** Owns where the links of a page lead: to pages of the site, to files where they are published, or nowhere, which is a fault. */
import { existsSync } from "node:fs";
import { join, posix } from "node:path";

/** Rewrites the links of a page; notes the images it needs, and the links that lead nowhere. */
export function resolveLinks(site) {
  const { page } = site;
  page.html = page.html.replace(
    /(<(a|img)\b[^>]*?\s(?:href|src)=")([^"]*)"/g,
    (_, before, element, url) => `${before}${element === "img" ? imageAt(site, url) : linkTo(site, url)}"`,
  );
}

const isElsewhere = (url) => /^(https?:|mailto:)/.test(url);

function imageAt({ page, images, faults, root }, url) {
  const path = pathFrom(page, url);
  if (isElsewhere(url)) faults.push(`${page.path}: ${url} is an image of another site`);
  else if (!existsSync(join(root, path))) faults.push(`${page.path}: ${url}: no such image`);
  else images.add(path);
  return relativeTo(page, path);
}

function linkTo({ page, pages, faults, root, published }, url) {
  if (isElsewhere(url)) return url;
  const [file, anchor] = url.split("#");
  const path = file === "" ? page.path : pathFrom(page, file);
  const there = pages.get(path);
  if (there === undefined) {
    if (!existsSync(join(root, path))) faults.push(`${page.path}: ${url}: no such file`);
    return `${published}/${path}`;
  }
  if (anchor === undefined) return relativeTo(page, there.target);
  if (!there.ids.has(decodeURIComponent(anchor))) faults.push(`${page.path}: ${url}: no such heading`);
  return `${relativeTo(page, there.target)}#${anchor}`;
}

function pathFrom(page, url) {
  return posix.normalize(posix.join(posix.dirname(page.path), decodeURI(url)));
}

/** Returns the address of a file of the site, as a page of it names it. */
export function relativeTo(page, target) {
  return posix.relative(posix.dirname(page.target), target) || posix.basename(target);
}
