using ServerlessInference.Tool;
using ServerlessInference.Tool.Output;

return await ToolApplication.RunAsync(args, ToolConsole.ForCurrentProcess(), CancellationToken.None).ConfigureAwait(false);
