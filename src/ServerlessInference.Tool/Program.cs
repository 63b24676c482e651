using ServerlessInference.Tool;
using ServerlessInference.Tool.Output;

return await ToolApplication.RunAsync(args, ToolConsole.OfThisProcess(), CancellationToken.None).ConfigureAwait(false);
