using System.CommandLine;

namespace ServerlessInference.Tool.Commands;

/// <summary>The argument FILE…, the same on every command that takes images.</summary>
internal static class FilesArgument
{
    /// <summary>Creates the argument.</summary>
    public static Argument<string[]> Create()
    {
        var files = new Argument<string[]>("files") { Description = "Images.", HelpName = "FILE", Arity = ArgumentArity.OneOrMore };

        // An argument that takes any number of values also takes misspelt options.
        files.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                if (token.Value.StartsWith("--", StringComparison.Ordinal))
                {
                    result.AddError($"'{token.Value}' is no option of this command. A file of that name can be given as ./{token.Value}.");
                }
            }
        });
        return files;
    }
}
