/** Makes `button` show how often it was clicked. */
export function setUpCounter(button) {
  let count = 0;
  const show = () => {
    button.textContent = `Clicked ${count} times`;
  };
  button.addEventListener('click', () => {
    count += 1;
    show();
  });
  show();
}
