using System.CommandLine;
using System.CommandLine.Parsing;

namespace ServerlessInference.Tool.Commands;

/// <summary>The argument FILE…, which all commands for images share.</summary>
internal static class FilesArgument
{
    /// <summary>Creates the argument.</summary>
    public static Argument<string[]> Create()
    {
        var files = new Argument<string[]>("files") { Description = "Images.", HelpName = "FILE", Arity = ArgumentArity.OneOrMore };

        // An argument with any number of values also accepts misspelt options, so they are rejected here.
        files.Validators.Add(result =>
        {
            foreach (Token token in result.Tokens)
            {
                if (token.Value.StartsWith("--", StringComparison.Ordinal))
                {
                    result.AddError($"'{token.Value}' is not an option of this command. For a file of that name, give ./{token.Value}.");
                }
            }
        });
        return files;
    }
}
