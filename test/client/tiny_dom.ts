// As much of a document as React needs to show text.

export class TinyNode {
  readonly nodeType: number;
  readonly nodeName: string;
  readonly tagName: string;
  readonly namespaceURI = "http://www.w3.org/1999/xhtml";
  readonly childNodes: TinyNode[] = [];
  readonly style = {};
  parentNode: TinyNode | null = null;
  ownerDocument: TinyNode | null;
  nodeValue: string;

  constructor(nodeType: number, name: string, document: TinyNode | null, text = "") {
    this.nodeType = nodeType;
    this.nodeName = name;
    this.tagName = name;
    this.ownerDocument = document;
    this.nodeValue = text;
  }

  get textContent(): string {
    return this.nodeValue + this.childNodes.map(({ textContent }) => textContent).join("");
  }

  set textContent(text: string) {
    this.childNodes.length = 0;
    this.nodeValue = text;
  }

  get firstChild(): TinyNode | null {
    return this.childNodes[0] ?? null;
  }

  get lastChild(): TinyNode | null {
    return this.childNodes.at(-1) ?? null;
  }

  get nextSibling(): TinyNode | null {
    const siblings = this.parentNode?.childNodes ?? [];
    return siblings[siblings.indexOf(this) + 1] ?? null;
  }

  get defaultView() {
    return globalThis;
  }

  createElement(name: string): TinyNode {
    return new TinyNode(1, name.toUpperCase(), this);
  }

  createTextNode(text: string): TinyNode {
    return new TinyNode(3, "#text", this, text);
  }

  appendChild(child: TinyNode): TinyNode {
    return this.insertBefore(child, null);
  }

  insertBefore(child: TinyNode, before: TinyNode | null): TinyNode {
    child.parentNode?.removeChild(child);
    const at = before ? this.childNodes.indexOf(before) : this.childNodes.length;
    this.childNodes.splice(at, 0, child);
    child.parentNode = this;
    return child;
  }

  removeChild(child: TinyNode): TinyNode {
    this.childNodes.splice(this.childNodes.indexOf(child), 1);
    child.parentNode = null;
    return child;
  }

  addEventListener(): void {}
  removeEventListener(): void {}
  setAttribute(): void {}
  removeAttribute(): void {}
}

export function createDocument(): TinyNode {
  return new TinyNode(9, "#document", null);
}
