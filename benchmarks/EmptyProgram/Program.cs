// Nothing: how long the runtime itself takes from the start of a process to its end.
return 0;
