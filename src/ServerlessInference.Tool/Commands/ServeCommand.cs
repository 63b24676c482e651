using System.CommandLine;
using ServerlessInference.Tool.Output;
namespace ServerlessInference.Tool.Commands;
internal static class ServeCommand
{
    public static Command Create(ToolConsole console) => new("serve", "x");
}
