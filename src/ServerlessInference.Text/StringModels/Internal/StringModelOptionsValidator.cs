using Microsoft.Extensions.Options;

namespace ServerlessInference.Text.StringModels;

[OptionsValidator]
internal sealed partial class StringModelOptionsValidator : IValidateOptions<StringModelOptions>;
