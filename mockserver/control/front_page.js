for (const code of document.querySelectorAll('[data-copy]')) {
  const button = document.createElement('button');
  button.textContent = 'Copy';
  button.setAttribute('aria-label', `Copy ${code.dataset.copy}`);
  button.onclick = async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = 'Copied';
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = 'Selected';
    }
    setTimeout(() => { button.textContent = 'Copy'; }, 2000);
  };
  code.after(button);
}
