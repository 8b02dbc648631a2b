const button = document.querySelector('button');
const output = button.querySelector('output');

button.addEventListener('click', () => {
  output.value = Number(output.value) + 1;
});
